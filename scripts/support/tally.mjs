import { readFileSync } from 'node:fs';

/** Counts of one part of a test run, and the names of what failed, what was left out, and what came right the second time only. */
export const emptyTally = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], left: [], unsteady: [] });

/** Reads vitest's JSON report, without some of its files. A file that could not even be loaded counts as one failure; so does a run that broke. */
export function tallyOf(reportFile, status, without = []) {
  const tally = emptyTally();
  const files = filesOf(reportFile);
  if (files === undefined) return status === 0 ? tally : { ...tally, failed: 1, failures: ['the run ended without a report'] };
  for (const file of files.filter(({ name }) => !without.includes(name))) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') tally.passed += 1;
      else if (test.status === 'failed') {
        tally.failed += 1;
        tally.failures.push(`${shortened(file.name)}: ${test.fullName}${firstWords(test.failureMessages)}`);
      } else {
        tally.skipped += 1;
        tally.left.push(`${shortened(file.name)}: ${test.fullName}`);
      }
    }
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      tally.failed += 1;
      tally.failures.push(`${shortened(file.name)}: ${file.message.split('\n')[0]}`);
    }
  }
  if (status !== 0 && tally.failed === 0 && without.length === 0) {
    tally.failed = 1;
    tally.failures.push('the run reported an error outside any test');
  }
  return tally;
}

/** Absolute paths of the files in which something failed. */
export const failedFiles = (reportFile) => (filesOf(reportFile) ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);

function filesOf(reportFile) {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')).testResults;
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

/** The message of a failure without its stack: whoever reads only the end of a long log learns why. */
function firstWords(messages) {
  const lines = (messages[0] ?? '').split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.slice(0, 4).map((line) => `\n       ${line.slice(0, 300)}`).join('');
}
