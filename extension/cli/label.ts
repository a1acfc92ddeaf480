import { BottleError } from '../core/errors.ts';
import type { Bottles } from '../core/bottle/bottles.ts';
import { isInteractive, type Io } from './io.ts';
import { askLine } from './question.ts';

/**
 * A label that no running bottle has, so that a person can tell bottles apart: one in use is asked for again, with the
 * reason, and without a terminal refused. Throws `conflict`.
 */
export async function freeLabel({ io, bottles }: { readonly io: Io; readonly bottles: Pick<Bottles, 'list'> }, wanted: string | undefined): Promise<string | undefined> {
  if (wanted === undefined) return undefined;
  const running = (await bottles.list()).filter((bottle) => bottle.state === 'running' || bottle.state === 'starting');
  let label = wanted;
  for (;;) {
    const holder = running.find((bottle) => bottle.label === label);
    if (holder === undefined) return label;
    const why = `The running bottle ${holder.slug} has the label "${label}".`;
    if (!isInteractive(io)) throw new BottleError('conflict', why, { hint: `Choose another --label, or stop that bottle: bot-bottle stop ${holder.slug}` });
    io.stderr.write(`${why}\n`);
    label = (await askLine(io, 'Another label: ')).trim();
    if (label === '') throw new BottleError('refused', 'Nothing was started.');
  }
}
