import type { Command } from '../command.ts';
import { apply } from './apply.ts';
import { attach } from './attach.ts';
import { changes } from './changes.ts';
import { cleanup } from './cleanup.ts';
import { discard } from './discard.ts';
import { doctor } from './doctor.ts';
import { edit } from './edit.ts';
import { exec } from './exec.ts';
import { explain } from './explain.ts';
import { info } from './info.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { log } from './log.ts';
import { routes } from './routes.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

/** Every command, in the order of the help text. */
export const commands: readonly Command[] = [start, attach, exec, list, info, changes, apply, discard, log, routes, explain, stop, cleanup, init, edit, doctor];
