import type { RunningBottle } from '../../core/backends/backend.ts';
import { BottleError, toBottleError } from '../../core/errors.ts';
import type { Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { markAttached } from './marker.ts';
import { runSession, sizeOf, type SessionEnd } from './session.ts';

/** 128 + 9: of an agent that did not end by itself. */
const killed = 137;

/**
 * Shows the agent's terminal here until it ends or the person leaves. Returns the agent's exit code, 0 after leaving.
 * With `--json` the terminal goes to stderr, and stdout carries one value at the end.
 */
export async function joinBottle(context: Context, bottle: RunningBottle): Promise<number> {
  const { out, bottles } = context;
  const { slug } = bottle;
  let broken = new BottleError('busy', `The connection to "${slug}" broke; the agent goes on.`, { hint: `bot-bottle attach ${slug} comes back.` });
  const end = await shown(context, bottle).catch((thrown: unknown): SessionEnd => {
    broken = toBottleError(thrown);
    return 'cut';
  });
  if (end === 'left') {
    out.result({ slug, detached: true, exitCode: null }, '');
    out.say(`Detached; the agent goes on. bot-bottle attach ${slug} comes back.`);
    return exitStatus.done;
  }
  if (end !== 'cut') {
    await sayWhatIsLeft(context, slug, end, false);
    return end;
  }
  const after = await bottles.settled(slug);
  if (after?.state === 'running') throw broken;
  const code = after?.exitCode ?? killed;
  await sayWhatIsLeft(context, slug, code, true);
  return code;
}

async function shown(context: Context, bottle: RunningBottle): Promise<SessionEnd> {
  const { io, out, core } = context;
  const screen = out.json ? io.stderr : io.stdout;
  const filter = new core.TerminalFilter();
  const size = sizeOf(screen);
  const session = await bottle.attach(size);
  const unmark = await markAttached(context, bottle.slug);
  try {
    return await runSession(io, session, { screen, size, filter: (chunk) => filter.push(chunk) });
  } finally {
    await unmark();
  }
}

/** Once the agent ended: takes the bottle down, and names the changes that wait for review. The agent's code stands, whatever fails here. */
async function sayWhatIsLeft({ out, bottles }: Context, slug: string, code: number, stopped: boolean): Promise<void> {
  const how = stopped ? `The bottle was stopped, and the agent with it (${code})` : `The agent ended with ${code}`;
  try {
    const files = await changesLeft(bottles, slug, stopped);
    out.result({ slug, detached: false, stopped, exitCode: code, changes: files }, '');
    out.say(files === 0 ? `${how}; no changes are left.` : `${how}. ${files === 1 ? '1 changed file waits' : `${files} changed files wait`} for review: bot-bottle changes ${slug}`);
  } catch (thrown) {
    const { message, hint } = toBottleError(thrown);
    out.result({ slug, detached: false, stopped, exitCode: code, changes: null }, '');
    out.say([`${how}. What is left of it cannot be told: ${message}`, hint].join(' ').trimEnd());
  }
}

/** Takes the bottle down, unless somebody has done so as they liked, and counts what waits for review. */
async function changesLeft(bottles: Context['bottles'], slug: string, stopped: boolean): Promise<number> {
  try {
    if (!stopped) await bottles.stop(slug, {});
    return (await bottles.changes(slug)).files.length;
  } catch (thrown) {
    if (thrown instanceof BottleError && thrown.code === 'not-found') return 0;
    throw thrown;
  }
}
