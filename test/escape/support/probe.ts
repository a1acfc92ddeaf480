import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const sources = join(import.meta.dirname, '../probes');

/**
 * The probes as one static program, so that it runs in any image. Needs a C compiler and the static C library
 * (Debian: gcc, libc6-dev).
 */
export async function compileProbe(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bot-bottle-probe-'));
  const program = join(folder, 'probe');
  try {
    const files = (await readdir(sources)).filter((name) => name.endsWith('.c')).map((name) => join(sources, name));
    await promisify(execFile)('gcc', ['-static', '-O1', '-Wall', '-Wextra', '-Werror', '-o', program, ...files]);
    return await readFile(program);
  } catch (cause) {
    throw new Error('The probes could not be compiled; they need: apt-get install gcc libc6-dev', { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
