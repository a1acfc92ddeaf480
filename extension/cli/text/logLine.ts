import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { visibleLine } from './visible.ts';

/** One verdict as a line: when, verdict, request, answer, why; findings behind. */
export function logLineText(line: LogLine): string {
  const port = line.port === 443 ? '' : `:${line.port}`;
  const findings = line.findings.map(({ detector, rule, where }) => `${detector}/${rule} in ${where}`).join(', ');
  const columns = [line.ts, line.verdict, `${line.method} ${line.host}${port}${line.path}`, String(line.status), line.reason, findings];
  return columns.filter((column) => column !== '').map(visibleLine).join('\t');
}
