import { resolve } from 'node:path';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { isShown } from '../../core/workspace/shownHash.ts';
import type { Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { saveListing } from '../listing.ts';
import { changesText } from '../text/changes.ts';
import { countLines, type Sides, unifiedDiff } from '../text/patch.ts';
import { visible, visibleLine } from '../text/visible.ts';

export const changes: Command = {
  name: 'changes',
  usage: 'SLUG [--patch | --stat] [--save FILE]',
  summary: 'What the agent changed, against what its bottle started from. With --save FILE an `apply --seen FILE` takes what was shown here and nothing else.',
  options: { patch: { type: 'boolean' }, stat: { type: 'boolean' }, save: { type: 'string' } },
  words: [1, 1],
  takesRest: false,
  run: async (context, args) => {
    const { out, bottles } = context;
    const slug = args.words[0] ?? '';
    const set = await bottles.changes(slug);
    const listing = args.text('save');
    if (listing !== undefined) await saveListing(resolve(context.io.cwd, listing), set);
    if (args.flag('patch')) {
      const patches = await eachFile(context, slug, set.files, unifiedDiff);
      const files = set.files.map((file, index) => ({ ...file, patch: patches[index] ?? null }));
      // On a terminal the agent's bytes must be harmless; into a file or pipe they must be exact.
      const shown = patches.filter((patch) => patch !== undefined).map((patch) => (context.io.stdout.isTTY === true ? visible(patch) : patch));
      out.result({ ...set, files }, shown.join(''));
      return exitStatus.done;
    }
    if (args.flag('stat')) {
      const counts = await eachFile(context, slug, set.files, countLines);
      const files = set.files.map((file, index) => ({ ...file, lines: counts[index] ?? null }));
      out.result({ ...set, files }, files.map((file) => `${file.lines ? `+${file.lines.added} -${file.lines.removed}` : `${file.bytes} bytes`}\t${visibleLine(file.path)}`).join('\n'));
      return exitStatus.done;
    }
    out.result(set, changesText(set.files));
    if (set.files.length === 0) out.say('No changes.');
    return exitStatus.done;
  },
};

/**
 * Reads both sides of every file that can be shown; what cannot stays undefined, as does what the agent changed since it
 * was listed: its hash would speak of something else than is shown. One file in memory at a time.
 */
async function eachFile<T>(
  { bottles, out }: Context,
  slug: string,
  files: readonly ChangedFile[],
  read: (sides: Sides) => T,
): Promise<(T | undefined)[]> {
  const results: (T | undefined)[] = [];
  for (const file of files) {
    if (file.refused !== undefined) {
      results.push(undefined);
      continue;
    }
    const [before, after] = await Promise.all([bottles.readChange(slug, file.path, 'base'), bottles.readChange(slug, file.path, 'bottle')]);
    const moved = file.hash === null ? after !== undefined : after === undefined || !isShown(after, file.hash);
    if (moved) out.say(`${file.path} was changed again while it was read and is not shown.`);
    results.push(moved ? undefined : read({ path: file.path, before, after }));
  }
  return results;
}
