import { appendFileSync, chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import { run, writeTree } from './world.ts';

/** Files in it are not noted one by one when a bottle starts. */
export const unnoted = 'node_modules';

const names = ['p', 'q', 'r', unnoted] as const;

/** A small tree of few names, so that edits meet. */
export function someTree(chance: Random): Record<string, string> {
  const files: Record<string, string> = {};
  for (const one of names) {
    if (chance.one(3)) files[one] = chance.text('ab\n', 9);
    else for (const two of names) files[chance.one(2) ? `${one}/${two}` : `${one}/${two}/t`] = chance.one(5) ? '->p' : chance.text('ab\n', 9);
  }
  return files;
}

/** One thing that somebody may do to any path below `root`: remove, write, append, replace, link, move, make executable. */
export function someEdit(chance: Random, root: string): void {
  const parts = [chance.pick(names), chance.pick(names), 't'].slice(0, 1 + chance.below(3));
  const obstacle = parts.map((_, index) => join(root, ...parts.slice(0, index))).find((parent) => at(parent)?.isDirectory() === false);
  if (obstacle !== undefined) return rmSync(obstacle);
  const path = join(root, ...parts);
  const deed = chance.below(8);
  if (deed === 5 && at(path) !== undefined) return move(path, join(root, chance.pick(names)));
  if (deed === 6 && at(path)?.isFile() === true) return chmodSync(path, (at(path)?.mode ?? 0) ^ 0o111);
  if (deed !== 1) rmSync(path, { recursive: true, force: true });
  if (deed === 2) mkdirSync(join(path, 'empty'), { recursive: true });
  else if (deed === 3 && at(join(path, '..')) !== undefined) symlinkSync(chance.pick(names), path);
  else if (deed === 4 || at(path) === undefined) writeTree(root, { [path.slice(root.length + 1)]: chance.text('cd\n', 5) });
  else if (at(path)?.isFile() === true) appendFileSync(path, chance.text('cd\n', 5));
}

function move(from: string, to: string): void {
  if (from.startsWith(`${to}/`) || from === to) return;
  rmSync(to, { recursive: true, force: true });
  // An overlay renames no folder of the host's; mv copies it then.
  run('mv', ['-T', '--', from, to]);
}

/** Every file and link below a folder, as text that is equal for equal content, kind and executable bit. */
export function snapshot(root: string, folder = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const file = join(root, path);
    const stat = at(file);
    // A listing of an overlay may still tell what the host had before.
    if (stat === undefined) continue;
    if (stat.isDirectory()) for (const [below, content] of snapshot(root, path)) found.set(below, content);
    else found.set(path, stat.isSymbolicLink() ? `-> ${readlinkSync(file)}` : `${stat.mode & 0o100 ? 'x' : '-'} ${readFileSync(file, 'utf8')}`);
  }
  return found;
}

/** Paths at which two snapshots differ. */
export function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).sort();
}

const at = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });
