import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { Translate } from '../words.ts';
import { remark } from './groups.ts';

/** Most files a question names one by one; a dialog that scrolls off the screen is not read. */
const mostNamed = 12;

/** A question with every file and its reason. */
export interface ConsentQuestion {
  readonly message: string;
  readonly detail: string;
  readonly yes: string;
}

/** Asks for the extra yes that files need which run on, or steer, the person's machine. */
export function riskQuestion(files: readonly ChangedFile[], t: Translate): ConsentQuestion {
  return {
    message: files.length === 1 ? t('Apply a file that can run on your machine?') : t('Apply {0} files that can run on your machine?', files.length),
    detail: named(files, (file) => `${file.path}: ${remark(file)}`, t),
    yes: files.length === 1 ? t('Apply It') : t('Apply All {0}', files.length),
  };
}

/** Asks before the agent's versions are thrown away, which cannot be undone. */
export function discardQuestion(files: readonly ChangedFile[], t: Translate): ConsentQuestion {
  return {
    message: files.length === 1 ? t('Discard the agent\'s version of this file?') : t('Discard the agent\'s versions of {0} files?', files.length),
    detail: `${named(files, (file) => file.path, t)}\n\n${t('This happens inside the bottle and cannot be undone. Your own files are not touched.')}`,
    yes: t('Discard'),
  };
}

function named(files: readonly ChangedFile[], line: (file: ChangedFile) => string, t: Translate): string {
  const lines = files.slice(0, mostNamed).map(line);
  if (files.length > mostNamed) lines.push(t('and {0} more', files.length - mostNamed));
  return lines.join('\n');
}
