import type { RunningBottle } from '../../core/backends/backend.ts';
import { BottleError } from '../../core/errors.ts';
import type { Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { markAttached } from './marker.ts';
import { runSession, sizeOf } from './session.ts';

/**
 * Shows the agent's terminal here until it ends or the person leaves. Returns the agent's exit code, 0 after leaving.
 * With `--json` the terminal goes to stderr, and stdout carries one value at the end.
 */
export async function joinBottle(context: Context, bottle: RunningBottle): Promise<number> {
  const { io, out, core } = context;
  const { slug } = bottle;
  const screen = out.json ? io.stderr : io.stdout;
  const filter = new core.TerminalFilter();
  const session = await bottle.attach(sizeOf(screen));
  const unmark = await markAttached(context, slug);
  let code: number | null;
  try {
    code = await runSession(io, session, { screen, filter: (chunk) => filter.push(chunk) });
  } finally {
    await unmark();
  }
  if (code === null) {
    out.result({ slug, detached: true, exitCode: null }, '');
    out.say(`Detached; the agent goes on. bot-bottle attach ${slug} comes back.`);
    return exitStatus.done;
  }
  await sayWhatIsLeft(context, slug, code);
  return code;
}

/** Once the agent ended: takes the bottle down, and names the changes that wait for review. */
async function sayWhatIsLeft({ out, bottles }: Context, slug: string, code: number): Promise<void> {
  await bottles.stop(slug, {}).catch((thrown: unknown) => {
    // Somebody else who was attached, or a list, was faster.
    if (!(thrown instanceof BottleError && thrown.code === 'not-found')) throw thrown;
  });
  const left = (await bottles.list()).find((one) => one.slug === slug);
  const files = left === undefined ? 0 : (await bottles.changes(slug)).files.length;
  out.result({ slug, detached: false, exitCode: code, changes: files }, '');
  out.say(
    files === 0
      ? `The agent ended with ${code} and left no changes.`
      : `The agent ended with ${code}. ${files === 1 ? '1 changed file waits' : `${files} changed files wait`} for review: bot-bottle changes ${slug}`,
  );
}
