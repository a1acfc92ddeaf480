import { complete, type Proposal } from './complete.ts';
import { definitionAt, type Definition } from './define.ts';
import { diagnose, type Finding } from './diagnose.ts';
import { effectiveText } from './effective.ts';
import { fixesAt, type Fix } from './fixes.ts';
import { hoverAt, type Hover } from './hover.ts';
import { lensesOf, type Lens } from './lenses.ts';
import { placeOf, type ManifestPlace } from './place.ts';
import { mentions, renamableAt, renaming, type Refusal, type Renamable, type Renaming, type TextEdit } from './rename.ts';
import { shapeOf, type Shape } from './shape.ts';
import { symbolsOf, type ManifestSymbol } from './symbols.ts';
import type { Range } from './tree.ts';
import type { World } from './world.ts';

/** A manifest as an editor holds it. */
export interface ManifestText {
  readonly place: ManifestPlace;
  readonly text: string;
}

/** Everything an editor asks about manifests. Offsets count UTF-16 units from the start of the text. */
export interface Language {
  /** What a file is; undefined for one that is no manifest. */
  place(path: string): ManifestPlace | undefined;
  diagnose(of: ManifestText): Promise<readonly Finding[]>;
  complete(of: ManifestText, offset: number): Promise<readonly Proposal[]>;
  hover(of: ManifestText, offset: number): Promise<Hover | undefined>;
  definition(of: ManifestText, offset: number): Promise<Definition | undefined>;
  renamable(of: ManifestText, offset: number): Promise<Renamable | Refusal>;
  rename(target: Renamable, to: string): Promise<Renaming | Refusal>;
  /** What names a bottle, for when its file was given another name elsewhere. */
  mentions(name: string, to: string): Promise<readonly TextEdit[]>;
  symbols(of: ManifestText): readonly ManifestSymbol[];
  fixes(of: ManifestText, range: Range): Promise<readonly Fix[]>;
  lenses(of: ManifestText): Promise<readonly Lens[]>;
  /** The manifest of a file after its parents and all defaults, as a document. */
  effective(place: ManifestPlace): Promise<string>;
}

/** The language over one machine. */
export function createLanguage(world: World): Language {
  const shapes: Partial<Record<ManifestPlace['kind'], Shape>> = {};
  const shape = (kind: ManifestPlace['kind']): Shape => (shapes[kind] ??= shapeOf(kind));
  return {
    place: (path) => placeOf(path, world.roots()),
    diagnose: ({ place, text }) => diagnose(world, place, text),
    complete: ({ place, text }, offset) => complete(world, shape(place.kind), place, text, offset),
    hover: ({ place, text }, offset) => hoverAt(world, shape(place.kind), place, text, offset),
    definition: ({ place, text }, offset) => definitionAt(world, place, text, offset),
    renamable: ({ place, text }, offset) => renamableAt(world, place, text, offset),
    rename: (target, to) => renaming(world, target, to),
    mentions: (name, to) => mentions(world, name, to),
    symbols: ({ place, text }) => symbolsOf(place, text),
    fixes: ({ place, text }, range) => fixesAt(world, shape(place.kind), place, text, range),
    lenses: ({ place, text }) => lensesOf(world, place, text),
    effective: async (place) => effectiveText(world, place, (await world.text(place.path)) ?? ''),
  };
}
