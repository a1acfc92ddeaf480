import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A body that nobody would want blocked. */
export interface Benign {
  readonly kind: string;
  readonly name: string;
  readonly body: Buffer;
}

/** Larger files are cut: what follows is more of the same. Bytes. */
const LARGEST = 1024 * 1024;

const kinds: Readonly<Record<string, string>> = {
  '.md': 'documentation', '.txt': 'documentation', '.html': 'documentation', '.rst': 'documentation', '.gz': 'compressed', '.json': 'JSON', '.map': 'source maps',
  '.js': 'code', '.mjs': 'code', '.cjs': 'code', '.ts': 'code', '.mts': 'code', '.cts': 'code', '.css': 'code', '.py': 'code', '.pl': 'code', '.h': 'code', '.c': 'code', '.sh': 'code',
  '.png': 'images', '.svg': 'images', '.gif': 'images', '.jpg': 'images', '.ttf': 'fonts', '.woff': 'fonts', '.wasm': 'binaries', '.node': 'binaries', '.pack': 'packfiles', '.lock': 'lock files', '.zip': 'compressed', '.tgz': 'compressed',
};

function kindOf(name: string): string | undefined {
  if (/package-lock\.json$|\.lock$|yarn\.lock$|\.package-lock\.json$/.test(name)) return 'lock files';
  if (/\.min\.\w+$/.test(name)) return 'minified code';
  // Files without an ending are as often private keys of a test.
  if (/\/(?:readme|licen[cs]e|copyright|changelog|changes|news|authors|notice|todo|install)[^/.]*$/i.test(name)) return 'documentation';
  return kinds[extname(name)];
}

/** Files below `folders` of the machine this runs on, at most `most` of each kind, evenly over what is there. */
export function benignBodies(folders: readonly string[], most: number): Benign[] {
  const byKind = new Map<string, string[]>();
  for (const folder of folders) for (const file of files(folder)) {
    const kind = kindOf(file);
    if (kind !== undefined) byKind.set(kind, [...(byKind.get(kind) ?? []), file]);
  }
  return [...byKind].flatMap(([kind, names]) => {
    const every = Math.max(1, names.length / most);
    return Array.from({ length: Math.min(most, names.length) }, (_, i) => names[Math.floor(i * every)] ?? '').flatMap((name) => {
      const body = readFileSync(name);
      return body.length === 0 ? [] : [{ kind, name, body: kind === 'compressed' ? body : body.subarray(0, LARGEST) }];
    });
  });
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((name) => statSync(name).size < 8 * LARGEST);
  } catch {
    return [];
  }
}
