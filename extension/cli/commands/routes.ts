import { dirname, join, resolve } from 'node:path';
import type { LogReplay, ReplayRow } from '../../core/egress/replay.ts';
import { BottleError } from '../../core/errors.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const routes: Command = {
  name: 'routes',
  usage: 'SLUG | check FILE [--replay LOG]',
  summary: 'The live routes of a bottle; or what is wrong with a routes file, and what it would change for a log.',
  options: { replay: { type: 'string' } },
  words: [1, 2],
  takesRest: false,
  run: async (context, args) => {
    const [first = '', second] = args.words;
    if (second === undefined) return show(context, args, first);
    if (first !== 'check') throw new BottleError('usage', `There is no "routes ${first}".`, { hint: 'routes SLUG, or routes check FILE.' });
    return check(context, args, second);
  },
};

/** The routes in file form, so that an edited copy can be checked and proposed. */
async function show({ out, core, bottles, home }: Context, args: Arguments, slug: string): Promise<number> {
  if (args.text('replay') !== undefined) throw new BottleError('usage', '--replay belongs to routes check.', { hint: 'routes check FILE --replay LOG' });
  const metadata = await bottles.metadata(slug);
  const { file } = await core.readGoodRoutes(join(dirname(bottles.logFile(slug)), 'routes.yaml'));
  const usage = await core.routeUsage(home, metadata.bottle);
  out.result({ slug, ...file, usage }, core.printRoutesFile(file));
  for (const { route, unusedSessions } of usage.routes) if (unusedSessions > 0) out.say(`${route}: unused for ${unusedSessions} sessions.`);
  return exitStatus.done;
}

async function check({ io, out, core }: Context, args: Arguments, path: string): Promise<number> {
  const read = await core.readRoutes(resolve(io.cwd, path));
  if ('errors' in read) {
    const lines = read.errors.flatMap((error) => [core.errorSentence(path, error), ...(error.hint === '' ? [] : [`  ${error.hint}`])]);
    out.result({ ok: false, file: path, errors: read.errors, warnings: [], replay: null }, lines.map(visibleLine).join('\n'));
    return exitStatus.dataError;
  }
  const warnings = core.adviceOn(read.file).map(({ path: at, message, hint }) => ({ key: keyText(at), message, hint }));
  const log = args.text('replay');
  const replay = log === undefined ? null : await core.replayLog(read.file, resolve(io.cwd, log));
  const ok = replay === null || (replay.newlyBlocked.length === 0 && !isUnreadable(replay));
  const lines = [
    `${path}: ${read.file.routes.length} ${read.file.routes.length === 1 ? 'route' : 'routes'}, nothing wrong`,
    ...warnings.map(({ key, message, hint }) => `warning: ${key} ${message}. ${hint}`),
    ...(replay === null ? [] : replayLines(replay)),
  ];
  out.result({ ok, file: path, errors: [], warnings, routes: read.file.routes.length, replay }, lines.map(visibleLine).join('\n'));
  return ok ? exitStatus.done : exitStatus.failed;
}

/** A log of which nothing could be judged proves nothing. */
function isUnreadable({ lines, skipped, missed }: LogReplay): boolean {
  return lines === 0 && skipped + missed > 0;
}

function replayLines(replay: LogReplay): string[] {
  const rows = (title: string, list: readonly ReplayRow[]): string[] => (list.length === 0 ? [] : [`${title}:`, ...list.map(rowText)]);
  const unread = [
    ...(replay.skipped > 0 ? [`${replay.skipped} ${replay.skipped === 1 ? 'line of the log is damaged and was' : 'lines of the log are damaged and were'} not judged.`] : []),
    ...(replay.missed > 0 ? [`${replay.missed} bytes of the log are gone and were not judged.`] : []),
    ...(replay.lines > 0 && !replay.hasAllowed ? ['The log has no allowed request, so what would newly fail cannot be told: record with log: 2.'] : []),
  ];
  return [
    `${replay.lines} lines of the log, ${replay.same} with the same verdict`,
    ...rows('would newly pass', replay.newlyAllowed),
    ...rows('would newly fail', replay.newlyBlocked),
    ...rows('cannot be judged', replay.unjudged),
    ...unread,
  ];
}

function rowText({ method, host, port, path, count, clause, reason }: ReplayRow): string {
  return `  ${count} x ${method} ${host}:${port}${path}  (${clause === '' ? '' : `${clause}: `}${reason})`;
}

function keyText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}
