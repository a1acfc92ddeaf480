import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { BottleError } from '../../errors.ts';
import type { Owner } from '../backend.ts';

/** `sun_path` of unix(7) holds 108 bytes with its final NUL. */
const longestSocketPath = 107;

/** Folders and files of one running bottle. They hold sockets and live where a reboot clears them. */
export interface RunPlaces {
  readonly folder: string;
  /** Shown in the outer namespace: `bottle.sock`, later `scrollback`. */
  readonly bottle: string;
  readonly bottleSocket: string;
  readonly scrollback: string;
  /** The sidecar's proxy socket, alone in its folder: the outer namespace sees it. */
  readonly sockets: string;
  /** The sidecar's control socket: nobody inside sees it. */
  readonly control: string;
  readonly controlSocket: string;
  /** Whose bottle this is; written before anything else. */
  readonly label: string;
  /** What runs, by pid and start time; written by the keeper. */
  readonly processes: string;
}

export const runLabelSchema = z.strictObject({ slug: z.string(), stateDir: z.string() });
export type RunLabel = z.infer<typeof runLabelSchema>;

/** Parent of all run folders of this user. */
export function runRootOf(uid: number, env: Readonly<Record<string, string | undefined>>): string {
  if (uid === 0) return '/run/bot-bottle';
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === '' ? `/tmp/bot-bottle-${String(uid)}` : join(runtime, 'bot-bottle');
}

/** Two homes may use the same slug; the folder's name tells them apart. */
export function runPlacesOf(root: string, slug: string, stateDir: string): RunPlaces {
  const mark = createHash('sha256').update(stateDir).digest('hex').slice(0, 8);
  return runPlacesIn(join(root, `${slug}-${mark}`));
}

export function runPlacesIn(folder: string): RunPlaces {
  return {
    folder,
    bottle: join(folder, 'bottle'),
    bottleSocket: join(folder, 'bottle', 'bottle.sock'),
    scrollback: join(folder, 'bottle', 'scrollback'),
    sockets: join(folder, 'sockets'),
    control: join(folder, 'control'),
    controlSocket: join(folder, 'control', 'control.sock'),
    label: join(folder, 'bottle.json'),
    processes: join(folder, 'processes.json'),
  };
}

/** Creates the folders for `owner`. Throws `busy` when the bottle runs already, `refused` when the root is not ours. */
export async function createRunFolder(root: string, places: RunPlaces, label: RunLabel, owner: Owner, self: number): Promise<void> {
  if (Buffer.byteLength(places.controlSocket) > longestSocketPath) {
    throw new BottleError('backend-cannot', `The run folder ${places.folder} is too long for a socket's path.`, { hint: 'Set XDG_RUNTIME_DIR to a shorter folder.' });
  }
  await mkdir(root, { recursive: true, mode: self === 0 ? 0o711 : 0o700 });
  if (!(await isOurs(root, self))) {
    throw new BottleError('refused', `${root} belongs to somebody else or can be written by others.`, { hint: `Remove ${root}.` });
  }
  try {
    await mkdir(places.folder, { mode: 0o700 });
  } catch (cause) {
    throw new BottleError('busy', `A run folder for "${label.slug}" exists already.`, { hint: 'bot-bottle cleanup removes what a crash left.', cause });
  }
  await writeFile(places.label, JSON.stringify(label), { mode: 0o600 });
  for (const folder of [places.bottle, places.sockets, places.control]) {
    await mkdir(folder, { mode: 0o700 });
    if (self === 0) await chown(folder, owner.uid, owner.gid);
  }
  // The owner walks through; what is inside is closed by its own modes.
  if (self === 0) await chmod(places.folder, 0o711);
}

/** Whether only this user, by uid, can have made what is in the run root: `/tmp`, where it may be, is everybody's. */
export async function isOurs(root: string, self: number): Promise<boolean> {
  const stat = await lstat(root).catch(() => undefined);
  return stat?.isDirectory() === true && stat.uid === self && (stat.mode & 0o022) === 0;
}

export async function readRunLabel(places: RunPlaces): Promise<RunLabel | undefined> {
  return readJson(places.label, runLabelSchema);
}

/** The file's content when it is there and what it should be. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
