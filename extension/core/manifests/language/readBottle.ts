import type { Document } from 'yaml';
import { bottleSchema } from '../../../../schemas/manifest/bottle.ts';
import { checkManifest } from '../../../../schemas/manifest/check.ts';
import type { BottleLink } from '../../../../schemas/manifest/extends.ts';
import { parseManifest } from '../../../../schemas/manifest/parse.ts';
import type { Parsed } from '../../../../schemas/manifest/position.ts';

/** Reads and checks the text of a bottle. `parsed` saves parsing what was parsed already. */
export type ReadBottle = (path: string, text: string, parsed?: Document.Parsed) => Parsed<BottleLink>;

/** Bottles whose last reading is kept, at most. */
const most = 100;

/** Keeps what it read for as long as a file has the same text: with every key of a child its parents are read again. */
export function bottleReader(): ReadBottle {
  const kept = new Map<string, { readonly text: string; readonly result: Parsed<BottleLink> }>();
  return (path, text, parsed) => {
    const before = kept.get(path);
    if (before?.text === text) return before.result;
    const result = read(path, text, parsed);
    if (kept.size >= most) kept.clear();
    kept.set(path, { text, result });
    return result;
  };
}

function read(path: string, text: string, parsed: Document.Parsed | undefined): Parsed<BottleLink> {
  const source = parseManifest(path, text, parsed);
  if (!source.ok) return source;
  const written = checkManifest(source.value, bottleSchema);
  return written.ok ? { ok: true, value: { source: source.value, written: written.value } } : written;
}
