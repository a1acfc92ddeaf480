import { describe, expect, it } from 'vitest';
import { BottleError } from '../../core/errors.ts';
import { commandIds } from '../ids.ts';
import { english } from '../words.ts';
import { errorMessage } from './message.ts';
import { errorTable } from './table.ts';

describe('the words for an error', () => {
  it('say what went wrong and what to do about it', () => {
    const error = new BottleError('manifest-invalid', 'bottles/a.md:3: unknown key "egres".', { hint: 'Did you mean "egress"?' });
    expect(errorMessage(error, english)).toEqual({
      text: 'A manifest has a mistake: bottles/a.md:3: unknown key "egres". Did you mean "egress"?',
      severity: 'error',
      buttons: [{ title: 'Open Manifest', command: commandIds.openManifest, args: [] }],
    });
  });

  it('put the core\'s own action first and offer no command twice', () => {
    const error = new BottleError('credential-missing', 'The credential KEY is not set.', {
      actions: [
        { title: 'Store It', command: commandIds.storeCredential },
        { title: 'Shell', command: 'bot-bottle doctor' },
      ],
    });
    expect(errorMessage(error, english).buttons).toEqual([{ title: 'Store It', command: commandIds.storeCredential, args: [] }]);
  });

  it('keep the sentence of the core in every row', () => {
    for (const [code, row] of Object.entries(errorTable)) expect(row.summary, code).toContain('{0}');
  });

  it('run only commands that exist', () => {
    const ours: readonly string[] = Object.values(commandIds);
    const buttons = Object.values(errorTable).flatMap((row) => row.buttons);
    for (const { command } of buttons) if (command.startsWith('botBottle.')) expect(ours).toContain(command);
  });
});
