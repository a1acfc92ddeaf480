import { BottleError } from '../core/errors.ts';
import type { Translate } from './words.ts';

/** Throws `workspace-untrusted` unless the person trusts the workspace. */
export function requireTrust(trusted: boolean, t: Translate): void {
  if (trusted) return;
  throw new BottleError('workspace-untrusted', t('Bot Bottle does nothing in Restricted Mode.'), {
    hint: t('Trust the workspace first.'),
  });
}
