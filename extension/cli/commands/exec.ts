import type { Readable, Writable } from 'node:stream';
import type { ExecSession, TtySize } from '../../core/backends/backend.ts';
import { BottleError } from '../../core/errors.ts';
import { runSession, sizeOf } from '../attach/session.ts';
import type { Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import type { Io, Screen } from '../io.ts';
import { pour } from '../pour.ts';

type Filter = (chunk: Uint8Array) => Uint8Array;

export const exec: Command = {
  name: 'exec',
  usage: 'SLUG -- CMD...',
  summary: 'Run a command in the bottle as the agent would: same user, environment and fence.',
  options: {},
  words: [1, 1],
  takesRest: true,
  run: async (context, args) => {
    const { io, out, bottles } = context;
    const slug = args.words[0] ?? '';
    if (args.rest.length === 0) throw new BottleError('usage', 'There is no command to run.', { hint: 'Put it after --: bot-bottle exec SLUG -- ls -l' });
    const bottle = await bottles.running(slug);
    const screen = out.json ? io.stderr : io.stdout;
    const onTerminal = io.stdin.isTTY === true && screen.isTTY === true;
    const size = sizeOf(screen);
    const session = await bottle.exec({ argv: args.rest, ...(onTerminal ? { tty: size } : {}) });
    const code = onTerminal ? await onScreen(context, session, screen, size) : await throughPipes(context, session, screen);
    out.result({ slug, exitCode: code }, '');
    return code;
  },
};

async function onScreen(context: Context, session: ExecSession, screen: Screen, size: TtySize): Promise<number> {
  const filter = new context.core.TerminalFilter();
  const end = await runSession(
    context.io,
    { output: session.stdout, input: session.stdin, resize: (size) => session.resize(size), exited: session.exited, detach: () => session.kill() },
    { screen, size, filter: (chunk) => filter.push(chunk) },
  );
  return typeof end === 'number' ? end : exitStatus.refused;
}

/** Pipes pass every byte; only what lands on a terminal is filtered. */
async function throughPipes({ io, core }: Context, session: ExecSession, screen: Screen): Promise<number> {
  const undo = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => io.on(signal, () => session.kill()));
  const filterFor = (to: Screen): Filter => {
    if (to.isTTY !== true) return (chunk) => chunk;
    const filter = new core.TerminalFilter();
    return (chunk) => filter.push(chunk);
  };
  feed(io, session.stdin);
  try {
    const [code] = await Promise.all([
      session.exited,
      copy(session.stdout, screen, filterFor(screen), () => session.kill()),
      copy(session.stderr, io.stderr, filterFor(io.stderr), () => session.kill()),
    ]);
    return code;
  } finally {
    for (const step of undo) step();
    io.stdin.unpipe(session.stdin);
    io.stdin.pause();
  }
}

function feed(io: Io, stdin: Writable): void {
  // The command may end without reading what we have for it.
  stdin.on('error', () => undefined);
  io.stdin.pipe(stdin);
}

/** Copies until the end; a reader that went away (`| head`) ends the command. */
async function copy(from: Readable, to: Writable, filter: Filter, gone: () => void): Promise<void> {
  const state = { closed: false };
  const closed = (): void => {
    state.closed = true;
    gone();
  };
  to.on('error', closed);
  try {
    await pour(from, to, filter, () => state.closed);
  } finally {
    to.off('error', closed);
  }
}
