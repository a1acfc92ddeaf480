import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import type { Engine } from './engine.ts';
import { joinedPairs } from './form.ts';
import { runNow } from './run.ts';
import type { RequestHead } from './scanner.ts';

/** One text to look through, and what it is called in a finding. */
interface Part {
  readonly where: string;
  readonly text: string;
}

/** Nothing that is looked for is shorter. Characters. */
const SHORTEST = 8;

/** Looks through everything a request says before its body: all at once, and only if that finds something, where. */
export function headFindings(engine: Engine, head: RequestHead): readonly Finding[] {
  const { host, detectors } = head;
  const look = ({ where, text }: Part): readonly Finding[] => {
    const { findings, refusal } = runNow(engine, { host, detectors, where }, Buffer.from(text, 'latin1'));
    return refusal === undefined ? findings : [...findings, { detector: 'limits', rule: 'undecodable', where }];
  };
  const parts = partsOf(head);
  const all = look({ where: 'head', text: parts.map(({ text }) => text).join('\n') });
  if (all.length === 0) return [];
  const placed = parts.filter(({ text }) => text.length >= SHORTEST).flatMap(look);
  return [...placed, ...all.filter(({ detector, rule }) => !placed.some((finding) => finding.detector === detector && finding.rule === rule))];
}

/** In an order in which what is split over neighbours stands together. */
function partsOf({ host, method, target, headers }: RequestHead): Part[] {
  const mark = target.indexOf('?');
  const query = mark < 0 ? '' : target.slice(mark + 1);
  return [
    { where: 'host', text: host },
    { where: 'method', text: method },
    { where: 'path', text: mark < 0 ? target : target.slice(0, mark) },
    { where: 'query', text: query },
    { where: 'query', text: query === '' ? '' : joinedPairs(Buffer.from(query, 'latin1')).toString('latin1') },
    ...headers.map(([name, value]) => ({ where: name.toLowerCase() === 'cookie' ? 'cookie' : `header ${name.toLowerCase()}`, text: value })),
    ...headers.map(([name]) => ({ where: 'header name', text: name })),
  ];
}
