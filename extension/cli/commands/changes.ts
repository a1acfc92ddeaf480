import { resolve } from 'node:path';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { BottleError } from '../../core/errors.ts';
import { isShown, shownVersion } from '../../core/workspace/shownHash.ts';
import type { ChangeEntry } from '../../core/workspace/content.ts';
import type { Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { saveListing } from '../listing.ts';
import { changesText } from '../text/changes.ts';
import { countLines, gitPatch, type Patch, type Sides } from '../text/patch.ts';
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
      const patches = await eachFile<Patch>(context, slug, set.files, gitPatch, (fault) => ({ fault }));
      const files = set.files.map((file, index) => ({ ...file, patch: patches[index]?.text ?? null }));
      // On a terminal the agent's bytes must be harmless; into a file or pipe they must be exact.
      const shown = patches.map(({ text = '' }) => (context.io.stdout.isTTY === true ? visible(text) : text));
      out.result({ ...set, files }, shown.join(''));
      for (const [index, { fault }] of patches.entries()) {
        if (fault !== undefined) out.say(`Not in the patch: ${visibleLine(set.files[index]?.path ?? '')}: ${fault}`);
      }
      return exitStatus.done;
    }
    if (args.flag('stat')) {
      const counts = await eachFile(context, slug, set.files, countLines, () => null);
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
 * Reads both sides of every file, one file in memory at a time; `unread` gets the sentence why one cannot be shown. That is
 * also said of what the agent changed since it was listed: its hash would speak of something else than is shown.
 */
async function eachFile<T>(
  { bottles }: Context,
  slug: string,
  files: readonly ChangedFile[],
  read: (sides: Sides) => T,
  unread: (fault: string) => T,
): Promise<T[]> {
  const results: T[] = [];
  for (const { path, refused, hash } of files) {
    if (refused !== undefined) {
      results.push(unread(refused));
      continue;
    }
    try {
      const [before, after] = await Promise.all([bottles.readChangeEntry(slug, path, 'base'), bottles.readChangeEntry(slug, path, 'bottle')]);
      results.push(isListed(after, hash) ? read({ path, before, after }) : unread('it was changed again while it was read.'));
    } catch (thrown) {
      if (!(thrown instanceof BottleError) || thrown.code !== 'refused') throw thrown;
      results.push(unread(thrown.message));
    }
  }
  return results;
}

/** Whether a version is the one that was listed. */
function isListed(entry: ChangeEntry, hash: string | null): boolean {
  if (hash === null) return !('bytes' in entry);
  const shown = shownVersion(hash);
  return 'bytes' in entry && entry.kind === shown.kind && (entry.kind === 'link' || entry.executable === shown.executable) && isShown(entry.bytes, hash);
}
