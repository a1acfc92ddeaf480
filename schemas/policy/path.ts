import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

/** A request target in origin form. `path` is what rules see and, followed by `query`, exactly what is sent. */
export interface Target {
  /** Unreserved characters decoded, other escapes in upper case. */
  readonly path: string;
  /** Byte-exact, with its leading `?`; empty when there is none. */
  readonly query: string;
}

/** More than twice encoded is nobody's honest path; servers that decode repeatedly exist. */
const MOST_ENCODINGS = 3;

/**
 * Canonical form of an origin-form target. Refused: everything two servers read differently, so that what was judged
 * is what is served: dot segments in any encoding, backslashes, fragments, control characters, broken escapes.
 */
export function canonicalPath(target: string): Result<Target> {
  if (!target.startsWith('/')) return refused('a path starts with /');
  if (target.startsWith('//')) return refused('a path does not start with //');
  if (/[^\x21-\x7e]/.test(target)) return refused('a path is printable ASCII');
  if (/[#\\]/.test(target)) return refused('a path has no # and no backslash');
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) return refused('a path has a broken percent escape');
  const problem = hiddenProblem(raw);
  if (problem !== undefined) return refused(problem);
  return accepted({ path: normalEscapes(raw), query: mark < 0 ? '' : target.slice(mark) });
}

function hiddenProblem(raw: string): string | undefined {
  let text = raw;
  for (let round = 0; round <= MOST_ENCODINGS; round++) {
    if (/[\x00-\x1f\x7f]/.test(text)) return 'a path has an encoded control character';
    if (overlong(text)) return 'a path has an overlong UTF-8 escape';
    if (text.split(/[/\\]/).some(isDotSegment)) return 'a path has a dot segment';
    const decoded = decodeBytes(text);
    if (decoded === text) return undefined;
    text = decoded;
  }
  return 'a path is percent-encoded too many times';
}

/**
 * Whether a canonical path has a `/` or `\` behind percent escapes, however often encoded. Some servers divide segments
 * there and some do not, so a rule on paths may mean another resource than the one that is served.
 */
export function hidesSlash(path: string): boolean {
  if (!path.includes('%')) return false;
  let text = path;
  for (let decoded = decodeBytes(text); decoded !== text; decoded = decodeBytes(text)) text = decoded;
  return text.split(/[/\\]/).length > path.split('/').length;
}

/** `.`, `..`, and the same with path parameters (`..;x`), which some servers cut off before resolving. */
function isDotSegment(segment: string): boolean {
  return /^\.{1,2}(;.*)?$/s.test(segment);
}

/** Lead bytes C0, C1 and E0 80..9F, F0 80..8F exist only to spell a short character long. */
function overlong(text: string): boolean {
  return /[\xc0\xc1]|\xe0[\x80-\x9f]|\xf0[\x80-\x8f]/.test(text);
}

function decodeBytes(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** RFC 3986 section 6.2.2: same resource by definition, one spelling. */
function normalEscapes(raw: string): string {
  return raw.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase();
  });
}
