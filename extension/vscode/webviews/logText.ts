import type { LogLine } from '../../../schemas/protocol/egressLog.ts';

/** Egress lines as plain text, one request a paragraph line with its reason under it. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map(entry).join('');
}

const titles = { allow: 'allow', block: 'BLOCK', gap: 'GAP', incident: 'INCIDENT' } as const;

function entry(line: LogLine): string {
  const kind = line.event ?? line.verdict;
  const clause = line.clause === undefined || line.reason.includes(`(${line.clause})`) ? '' : ` (${line.clause})`;
  const findings = line.findings.map((finding) => `    found ${finding.rule} (${finding.detector}) in ${finding.where}\n`).join('');
  return `${line.ts}  ${titles[kind]}${kind === 'gap' ? '' : request(line)}\n    ${line.reason}${clause}\n${findings}`;
}

function request(line: LogLine): string {
  const credential = line.injected ? ', credential put in by the proxy' : '';
  return `  ${line.method} ${line.host}:${line.port}${line.path}  ${line.status}  ${line.bytesUp} B up, ${line.bytesDown} B down, ${Math.round(line.ms)} ms${credential}`;
}
