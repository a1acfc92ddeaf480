import type { LogLine } from './egressLog.ts';
import type { PanelFilter, PanelVerdict } from './egressPanel.ts';

/** Most lines the panel keeps and a snapshot carries; older ones are in the log file. */
export const panelCapacity = 10_000;

/** Bytes at the end of a log in which that many lines usually are. */
export const panelTail = 6 * 1024 * 1024;

const verdicts: Readonly<Record<PanelVerdict, (line: LogLine) => boolean>> = {
  all: () => true,
  allow: (line) => line.verdict === 'allow',
  block: (line) => line.verdict === 'block',
  found: (line) => line.findings.length > 0 || line.event === 'incident',
};

/** Fields that a word may name, as in `host:api`. */
const fields: Readonly<Record<string, (line: LogLine) => string>> = {
  host: (line) => `${line.host}:${line.port}`,
  path: (line) => line.path,
  method: (line) => line.method,
  status: (line) => String(line.status),
  clause: (line) => line.clause ?? '',
  finding: (line) => line.findings.map(({ detector, rule, where }) => `${detector} ${rule} ${where}`).join(' '),
};

/** Whether a line has the verdict and contains every word, in any field a person sees or the one named. Case does not matter. */
export function matchesFilter(line: LogLine, filter: PanelFilter): boolean {
  if (!verdicts[filter.verdict](line)) return false;
  const words = filterWords(filter.text);
  if (words.length === 0) return true;
  const text = searchText(line);
  return words.every((word) => text.includes(word) || inField(line, word));
}

/** The words of a filter text, lower-case. */
export function filterWords(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '');
}

function inField(line: LogLine, word: string): boolean {
  const [, name = '', value = ''] = /^([a-z]+):(.+)$/.exec(word) ?? [];
  return Object.hasOwn(fields, name) && (fields[name]?.(line).toLowerCase().includes(value) ?? false);
}

function searchText(line: LogLine): string {
  const findings = line.findings.map((finding) => `${finding.detector} ${finding.rule}`).join(' ');
  return `${line.verdict} ${line.method} ${line.host}:${line.port}${line.path} ${line.status} ${line.reason} ${line.clause ?? ''} ${line.event ?? ''} ${findings}`.toLowerCase();
}
