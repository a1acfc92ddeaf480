import type { LogLine } from './egressLog.ts';
import type { PanelFilter } from './egressPanel.ts';

/** Most lines the panel keeps and a snapshot carries; older ones are in the log file. */
export const panelCapacity = 10_000;

/** Whether a line has the verdict and contains every word, in any field a person sees. Case does not matter. */
export function matchesFilter(line: LogLine, filter: PanelFilter): boolean {
  if (filter.verdict !== 'all' && line.verdict !== filter.verdict) return false;
  const words = filterWords(filter.text);
  if (words.length === 0) return true;
  const text = searchText(line);
  return words.every((word) => text.includes(word));
}

/** The words of a filter text, lower-case. */
export function filterWords(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '');
}

function searchText(line: LogLine): string {
  const findings = line.findings.map((finding) => `${finding.detector} ${finding.rule}`).join(' ');
  return `${line.verdict} ${line.method} ${line.host}:${line.port}${line.path} ${line.status} ${line.reason} ${findings}`.toLowerCase();
}
