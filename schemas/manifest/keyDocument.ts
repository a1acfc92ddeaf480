import { manifestJsonSchema } from './jsonSchema.ts';
import { foreignKeys, keyTable } from './keyTable.ts';

/** The document with what stands between its markers `<!-- keys:NAME -->` and `<!-- end -->` written from the schema. */
export function withKeyTables(document: string): string {
  const agent = manifestJsonSchema('agent');
  const tables: Readonly<Record<string, string>> = {
    bottle: keyTable(manifestJsonSchema('bottle')),
    agent: keyTable(agent),
    foreign: foreignKeys(agent).map((key) => `\`${key}\``).join(', '),
  };
  return document.replace(/(<!-- keys:([a-z]+) -->\n)[^]*?(<!-- end -->)/g, (_all, begin: string, name: string, end: string) => `${begin}${tables[name] ?? ''}\n${end}`);
}
