import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack as createPack, type Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractArchive } from './extract.ts';

describe('an archive from a container', () => {
  let into: string;
  const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  beforeEach(() => {
    into = mkdtempSync(join(tmpdir(), 'bot-bottle-extract-'));
  });
  afterEach(() => rmSync(into, { recursive: true }));

  const unpack = (...entries: (Partial<Header> & { name: string; text?: string })[]): Promise<string[]> => {
    const pack = createPack();
    for (const { text, ...header } of entries) pack.entry(header, text ?? '');
    pack.finalize();
    return extractArchive(Readable.from(pack), into, owner, new AbortController().signal);
  };
  const folder = (name: string): Partial<Header> & { name: string } => ({ name, type: 'directory', mode: 0o755 });

  it('gives back folders, files, links and hard links, with plain permission bits', async () => {
    await unpack(folder('workspace/'), folder('workspace/d/'), { name: 'workspace/d/f', mode: 0o4755, text: 'text' }, { name: 'workspace/l', type: 'symlink', linkname: '/etc/passwd' }, { name: 'workspace/h', type: 'link', linkname: 'workspace/d/f' });
    expect(readFileSync(join(into, 'd/f'), 'utf8')).toBe('text');
    expect(lstatSync(join(into, 'd/f')).mode & 0o7777).toBe(0o755);
    expect(readlinkSync(join(into, 'l'))).toBe('/etc/passwd');
    expect(readFileSync(join(into, 'h'), 'utf8')).toBe('text');
  });

  it('can fill a folder that its owner may not write to', async () => {
    await unpack(folder('workspace/'), { name: 'workspace/d', type: 'directory', mode: 0o555 }, { name: 'workspace/d/f', mode: 0o444, text: 'x' });
    expect(lstatSync(join(into, 'd')).mode & 0o777).toBe(0o555);
    expect(readFileSync(join(into, 'd/f'), 'utf8')).toBe('x');
  });

  it('leaves out what has too long a path, says so, and gives back the rest', async () => {
    const long = Array.from({ length: 30 }, (_, level) => `workspace/${Array.from({ length: level + 1 }, () => 'd'.repeat(200)).join('/')}`);
    const deep = long.at(-1) ?? '';
    const left = await unpack(folder('workspace/'), ...long.map(folder), { name: `${deep}/f`, text: 'x' }, { name: 'workspace/h', type: 'link', linkname: `${deep}/f` }, { name: 'workspace/ok', text: 'ok' });
    expect(readdirSync(into).sort()).toEqual(['d'.repeat(200), 'ok']);
    const fit = long.filter((name) => Buffer.byteLength(join(into, name.slice('workspace/'.length))) <= 4_095).length;
    expect(left).toHaveLength(long.length - fit + 2);
    expect(left).toContain('h');
  });

  it('leaves special files out', async () => {
    await unpack(folder('workspace/'), { name: 'workspace/p', type: 'fifo' }, { name: 'workspace/c', type: 'character-device', devmajor: 1, devminor: 3 });
    expect(readdirSync(into)).toEqual([]);
  });

  it.each([
    ['a path that climbs', [{ name: 'workspace/../../evil' }]],
    ['an absolute path', [{ name: '/evil' }]],
    ['a file through a link', [{ name: 'workspace/l', type: 'symlink', linkname: '/tmp' }, { name: 'workspace/l/evil' }]],
    ['a file in a folder that is not there', [{ name: 'workspace/none/evil' }]],
    ['a link that becomes a folder', [{ name: 'workspace/l', type: 'symlink', linkname: '/tmp' }, { name: 'workspace/l', type: 'directory' }]],
    ['a hard link to a link', [{ name: 'workspace/l', type: 'symlink', linkname: '/etc/shadow' }, { name: 'workspace/h', type: 'link', linkname: 'workspace/l' }]],
    ['a hard link that climbs', [{ name: 'workspace/h', type: 'link', linkname: 'workspace/../../etc/shadow' }]],
  ] satisfies [string, (Partial<Header> & { name: string })[]][])('is refused for %s', async (_what, entries) => {
    await expect(unpack(folder('workspace/'), ...entries)).rejects.toMatchObject({ code: 'refused' });
    expect(existsSync(join(into, '..', 'evil'))).toBe(false);
    expect(existsSync('/tmp/evil')).toBe(false);
  });
});
