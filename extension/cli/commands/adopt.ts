import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { BottleError } from '../../core/errors.ts';
import type { Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { isInteractive } from '../io.ts';
import { askYes } from '../question.ts';
import { visible, visibleLine } from '../text/visible.ts';

/** `init --adopt NAME`: shows a recommended bottle against the home folder's and its reach, and takes it after a yes. */
export async function adopt({ io, out, bottles }: Context, name: string, agreed: boolean): Promise<number> {
  const offered = (await bottles.recommendations(io.cwd)).bottles;
  const bottle = offered.find((one) => one.name === name);
  if (bottle === undefined) {
    const names = offered.map((one) => one.name).join(', ');
    throw new BottleError('not-found', `This folder recommends no bottle "${name}".`, { hint: names === '' ? 'It has no .bot-bottle/recommended-bottles.' : `It recommends: ${names}.` });
  }
  if (bottle.problem !== null) throw new BottleError('manifest-invalid', `The recommended bottle "${name}" cannot be used: ${bottle.problem}`);
  const { present, text, reach, path } = bottle;
  const done = (adopted: boolean, to: string | null): number => {
    out.result({ name, adopted, path: to, state: bottle.state, reach }, to === null ? `same\t${name}` : `adopted\t${visibleLine(to)}`);
    return exitStatus.done;
  };
  if (bottle.state === 'same') return done(false, null);
  const patch = createTwoFilesPatch(present === null ? '/dev/null' : `your bottle ${name}`, path, present ?? '', text, undefined, undefined, { context: 3, headerOptions: FILE_HEADERS_ONLY });
  if (!out.json) io.stderr.write(`An agent in the bottle "${name}" could:\n${reach.map((line) => `- ${visibleLine(line)}`).join('\n')}\n\n${visible(patch)}\n`);
  if (!agreed) {
    if (!isInteractive(io)) throw new BottleError('usage', 'Adopting a bottle needs your agreement, and there is no terminal to ask on.', { hint: 'Read what is shown here, then agree with --yes.' });
    if (!(await askYes(io, present === null ? 'Put this bottle into your home folder?' : 'Replace your bottle with this one?'))) throw new BottleError('refused', 'Nothing was adopted.');
  }
  return done(true, await bottles.adopt({ name, text, seen: present }));
}
