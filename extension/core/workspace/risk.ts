import { foldersAbove } from './foldersAbove.ts';
import { packageRisk, type PackageText } from './packageRisk.ts';
import { riskTable } from './riskTable.ts';

/** Content of both sides of a change, asked for only where the path alone does not decide. */
export interface RiskContent {
  readonly base: () => PackageText;
  readonly bottle: () => PackageText;
}

/** Why a change needs its own yes, or null. */
export function riskOf(path: string, content: RiskContent): string | null {
  return placeRisk(path) ?? (isPackageFile(path) ? packageRisk(content.base(), content.bottle()) : null);
}

/** Why whatever stands at this path needs its own yes, or null. */
export function placeRisk(path: string): string | null {
  const canonical = canonicalPath(path);
  return rules.find((rule) => rule.place.test(canonical))?.why ?? null;
}

/** Why a link of this path needs its own yes wherever it leads: it stands at a place of the table, or above one. */
export function linkPlaceRisk(path: string): string | null {
  const canonical = canonicalPath(path);
  if (isPackageFile(path)) return 'A link cannot be compared, so what npm would run is unknown.';
  return placeRisk(path) ?? rules.find((rule) => rule.above?.test(canonical) === true)?.why ?? null;
}

export function isPackageFile(path: string): boolean {
  return /(?:^|\/)package\.json$/.test(canonicalPath(path));
}

/** One spelling for names that a case-folding or Unicode-ignoring file system takes for the same. */
export function canonicalPath(path: string): string {
  return path
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .split('/')
    .map((name) => (/^\.+$/.test(name) ? name : name.replace(/[. ]+$/, '')))
    .join('/');
}

interface RiskRule {
  readonly why: string;
  /** Matches canonical paths at a place of the row. */
  readonly place: RegExp;
  /** Matches canonical paths of the folders that the row's places lie in; undefined when they may lie anywhere. */
  readonly above: RegExp | undefined;
}

const rules: readonly RiskRule[] = riskTable.map(({ why, places }) => {
  const all = places.toLowerCase().split(' ');
  const above = all.flatMap((place) => foldersAbove(place.replace(/\/$/, '')));
  return { why, place: anyOf(all.map((place) => (place.endsWith('/') ? `${pattern(place.slice(0, -1))}(?:/.*)?` : pattern(place)))), above: above.length === 0 ? undefined : anyOf(above.map(pattern)) };
});

function anyOf(patterns: readonly string[]): RegExp {
  return new RegExp(`(?:^|/)(?:${patterns.join('|')})$`, 's');
}

function pattern(place: string): string {
  return place.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
}
