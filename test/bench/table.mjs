import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const begin = '<!-- bench:begin -->';
const end = '<!-- bench:end -->';

/** The middle of the measured values. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** One row of the table: its values in milliseconds, and how they stand to those of another row. */
export const row = (what, values, against) => [
  what,
  `${Math.round(median(values))}`,
  `${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`,
  against === undefined ? '' : (median(values) / median(against)).toFixed(2),
  String(values.length),
];

/** A table in Markdown that is readable in a terminal too. */
export const table = (rows) => {
  const all = [['what', 'median ms', 'range ms', 'ratio', 'runs'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(all[0]), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...all.slice(1).map(line)].join('\n');
};

/** Replaces what stands between the markers of a document. */
export const writeBetweenMarkers = (file, text) => {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : `# Performance\n\n${begin}\n${end}\n`;
  const [head, rest] = before.split(begin);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`${file} has no ${begin} and ${end}`);
  writeFileSync(`${file}.part`, `${head}${begin}\n${text}\n${end}${tail}`);
  renameSync(`${file}.part`, file);
};
