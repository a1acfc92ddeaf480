import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What image builds on this machine trust already, plus a test's own authority: a file for `BOT_BOTTLE_EXTRA_CA`. */
export function extraCaFile(folder: string, authorityPem: string): string {
  const given = process.env['BOT_BOTTLE_EXTRA_CA'];
  const before = given !== undefined && existsSync(given) ? readFileSync(given, 'utf8').trimEnd() : '';
  const file = join(folder, 'extra-ca.pem');
  writeFileSync(file, `${before}\n${authorityPem}`.trimStart());
  return file;
}
