import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { BottleError } from '../../errors.ts';
import type { RunningBottle, TtySession } from '../backend.ts';
import { removeCgroups } from './cgroup.ts';
import { exitRecordSchema } from './keeper/config.ts';
import { readJson, type RunPlaces, runPlacesIn } from './places.ts';
import { bottleProcessesSchema, isAlive, type ProcessId, processIdSchema, signal, waitForEnd } from './processes.ts';
import { stragglersOf } from './stragglers.ts';
import { askNames, attachTerminal, execCommand, watchExit } from './terminalClient.ts';

/** What `adopt` needs to find a bottle again. */
export const handleSchema = z.strictObject({ keeper: processIdSchema, runFolder: z.string().startsWith('/'), stateDir: z.string().startsWith('/') });
export type Handle = z.infer<typeof handleSchema>;

/** An orderly end takes milliseconds; a keeper that takes longer is killed, and with it everything. */
const patienceMs = 5_000;
const lookAgainMs = 20;
const killedCode = 137;

export function exitFileOf(stateDir: string): string {
  return join(stateDir, 'exit.json');
}

/**
 * A bottle found through its run folder and state folder; opens connections only when asked to. `ended` is the exit code
 * of one that is over already.
 */
export function runningBottle(slug: string, handle: Handle, ended: number | undefined): RunningBottle {
  const places = runPlacesIn(handle.runFolder);
  let exit = ended === undefined ? undefined : Promise.resolve(ended);
  const exited = (): Promise<number> => (exit ??= exitOf(handle, places));
  const alive = (): boolean => isAlive(handle.keeper);
  return {
    slug,
    handle: { ...handle },
    get exited() {
      return exited();
    },
    ended,
    async attach(size) {
      try {
        return await attachTerminal(places.bottleSocket, size);
      } catch (error) {
        // It may have ended just before or meanwhile; then its last words are what there is to see.
        if (alive() && existsSync(places.bottleSocket) && !existsSync(places.scrollback)) throw error;
        return lastWords(places, await exited());
      }
    },
    exec: (request) => execCommand(places.bottleSocket, request),
    async control() {
      const stream = connect({ path: places.controlSocket });
      try {
        await once(stream, 'connect');
      } catch (cause) {
        throw new BottleError('backend-failed', 'The sidecar does not answer; the bottle has no network.', { cause, hint: 'Stop the bottle and start it again.' });
      }
      return stream;
    },
    mergedNames: (folders) => askNames(places.bottleSocket, folders),
    pullWorkspace: async () => undefined,
    stop: () => removeBottle(handle.keeper, places),
  };
}

/** Ends what runs of a bottle and removes its run folder. Identified processes only; safe to repeat. */
export async function removeBottle(keeper: ProcessId | undefined, places: RunPlaces): Promise<void> {
  if (keeper !== undefined && isAlive(keeper)) {
    signal(keeper, 'SIGTERM');
    if (!(await waitForEnd(keeper, patienceMs))) signal(keeper, 'SIGKILL');
  }
  const processes = await readJson(places.processes, bottleProcessesSchema);
  const end = async (left: ProcessId | undefined): Promise<void> => {
    if (left === undefined) return;
    signal(left, 'SIGKILL');
    if (!(await waitForEnd(left, patienceMs))) throw new BottleError('backend-failed', `Process ${String(left.pid)} of the bottle does not die.`);
  };
  for (const left of [processes?.keeper, processes?.outer, processes?.sidecar]) await end(left);
  for (const left of stragglersOf(places.folder)) await end(left);
  await rm(places.folder, { recursive: true, force: true });
  removeCgroups(cgroupNameOf(places));
}

/** Control groups of a bottle are called like its run folder. */
export function cgroupNameOf(places: RunPlaces): string {
  return places.folder.slice(places.folder.lastIndexOf('/') + 1);
}

async function exitOf({ keeper, stateDir }: Handle, places: RunPlaces): Promise<number> {
  if (isAlive(keeper)) {
    const code = await watchExit(places.bottleSocket).catch(() => null);
    if (code !== null) return code;
    while (isAlive(keeper)) await delay(lookAgainMs);
  }
  return recordedExit(stateDir);
}

/** How the agent of a bottle without a keeper ended; one whose keeper left no record was killed with it. */
export async function recordedExit(stateDir: string): Promise<number> {
  return (await readJson(exitFileOf(stateDir), exitRecordSchema))?.code ?? killedCode;
}

async function lastWords(places: RunPlaces, code: number): Promise<TtySession> {
  const text = await readFile(places.scrollback).catch(() => Buffer.alloc(0));
  const output = Readable.from(text.length === 0 ? [] : [text], { objectMode: false });
  const input = new Writable({ write: (_chunk, _encoding, done) => done() });
  return { output, input, resize: async () => undefined, exited: Promise.resolve(code), detach: () => void output.destroy() };
}
