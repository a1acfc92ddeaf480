import { readFileSync } from 'node:fs';

/** Counts of one part of a test run, and the names of what failed, what was left out, and what came right the second time only. */
export const emptyTally = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], left: [], unsteady: [] });

/**
 * Reads the report of `outcomeReporter.mjs`, without some of its files. A file that could not be loaded and a group whose
 * hook threw count as one failure each; so does a run that broke.
 */
export function tallyOf(reportFile, status, without = []) {
  const tally = emptyTally();
  const report = read(reportFile);
  if (report === undefined) return status === 0 ? tally : { ...tally, failed: 1, failures: ['the run ended without a report'] };
  const fails = (name, errors) => {
    tally.failed += 1;
    tally.failures.push(`${name}${firstWords(errors)}`);
  };
  for (const file of report.files.filter(({ name }) => !without.includes(name))) {
    for (const { name, state, errors } of file.tests) {
      if (state === 'passed') tally.passed += 1;
      else if (state === 'failed') fails(`${shortened(file.name)}: ${name}`, errors);
      else {
        tally.skipped += 1;
        tally.left.push(`${shortened(file.name)}: ${name}`);
      }
    }
    for (const { name, errors } of file.broken) fails(`${shortened(file.name)}: ${name || 'the file'} (before or after its tests)`, errors);
  }
  if (status !== 0 && tally.failed === 0 && without.length === 0) fails('the run reported an error outside any test', report.unhandled);
  return tally;
}

/** Absolute paths of the files in which something failed. */
export const failedFiles = (reportFile) => (read(reportFile)?.files ?? []).filter(({ tests, broken }) => broken.length > 0 || tests.some(({ state }) => state === 'failed')).map(({ name }) => name);

function read(reportFile) {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The sum of several tallies. */
export function sum(tallies) {
  return tallies.reduce(
    (total, one) => ({
      passed: total.passed + one.passed,
      failed: total.failed + one.failed,
      skipped: total.skipped + one.skipped,
      failures: [...total.failures, ...one.failures],
      left: [...total.left, ...one.left],
      unsteady: [...total.unsteady, ...one.unsteady],
    }),
    emptyTally(),
  );
}

/** `812 passed, 0 failed`, and skipped ones when there are any. */
export const summaryLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

const shortened = (path) => path.split('/').slice(-3).join('/');

/** The first lines of each reason: whoever reads only the end of a long log learns why. */
function firstWords(errors) {
  const lines = errors.flatMap((text) => text.split('\n').filter((line) => line.trim() !== '').slice(0, 6));
  return lines.slice(0, 12).map((line) => `\n       ${line.slice(0, 500)}`).join('');
}
