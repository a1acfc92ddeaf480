import type { LogLine } from '../../../schemas/protocol/egressLog.ts';

/** Egress lines as plain text, one request a paragraph line with its reason under it. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map(entry).join('');
}

function entry(line: LogLine): string {
  const verdict = line.verdict === 'block' ? 'BLOCK' : 'allow';
  const credential = line.injected ? ', credential put in by the proxy' : '';
  const findings = line.findings.map((finding) => `    found ${finding.rule} (${finding.detector}) in ${finding.where}\n`).join('');
  return (
    `${line.ts}  ${verdict}  ${line.method} ${line.host}:${line.port}${line.path}  ${line.status}  ` +
    `${line.bytesUp} B up, ${line.bytesDown} B down, ${Math.round(line.ms)} ms${credential}\n    ${line.reason}\n${findings}`
  );
}
