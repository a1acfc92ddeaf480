import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { visibleLine } from './visible.ts';

/** One decision as a line: when, verdict, request, answer, why and the clause that decided; findings behind. */
export function logLineText(line: LogLine): string {
  const columns = [line.ts, line.event ?? line.verdict, ...request(line), why(line), findings(line)];
  return columns.filter((column) => column !== '').map(visibleLine).join('\t');
}

/** A gap stands for no request. */
function request(line: LogLine): readonly string[] {
  if (line.event === 'gap') return [];
  const port = line.port === 443 ? '' : `:${line.port}`;
  return [`${line.method} ${line.host}${port}${line.path}`, line.status === 0 ? '-' : String(line.status)];
}

/** Without the word that tells the agent who refused, and without a clause that the reason names already. */
function why({ reason, clause }: LogLine): string {
  const sentence = reason.replace(/^egress: /, '');
  return clause === undefined || sentence.includes(`(${clause})`) ? sentence : `${sentence} (${clause})`;
}

function findings(line: LogLine): string {
  const found = line.findings.map(({ detector, rule, where }) => `${rule} (${detector}) in ${where}`);
  return found.length === 0 ? '' : `found ${found.join(', ')}`;
}
