/** One instruction of a compiled expression as RE2 defines them (regexp/syntax, `Inst`). */
interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  matchRune(rune: number): boolean;
}

/** A compiled expression: a non-deterministic automaton. */
export interface Program {
  readonly inst: readonly Instruction[];
  readonly start: number;
}

/** Numbers of `Inst` operations in RE2. */
const op = { alt: 1, altMatch: 2, capture: 3, emptyWidth: 4, fail: 5, match: 6, nop: 7, rune: 8, runeAnyNotNewline: 11 } as const;

/** Bits of an empty-width instruction's argument. */
const beginsText = 1 | 4;
const endsText = 2 | 8;

/** Where in a canonical path we are: a small automaton beside `canonicalPath`, one letter a state. */
type PathState = 'start' | 'root' | 'segment' | 'dot' | 'dots' | 'inside' | `%${string}`;

/** Above this many steps the question costs more than the answer is worth; the rule is then taken to be good. */
const MOST_STEPS = 30_000;

const alphabet = Array.from({ length: 0x7e - 0x21 + 1 }, (_, index) => String.fromCharCode(0x21 + index)).filter((character) => !'#\\?'.includes(character));

/**
 * Whether an expression can match any canonical path at all. Walks both automata together, so the answer "no" is a
 * proof; assertions inside a word and look-behind are taken to hold.
 */
export function canMatchAPath(program: Program): boolean {
  const seen = new Set<string>();
  const waiting: { readonly pc: number; readonly path: PathState; readonly ended: boolean }[] = [{ pc: program.start, path: 'start', ended: false }];
  const visit = (pc: number, path: PathState, ended: boolean): void => {
    const key = `${pc} ${path} ${ended}`;
    if (seen.has(key)) return;
    seen.add(key);
    waiting.push({ pc, path, ended });
  };
  let steps = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (steps > MOST_STEPS) return true;
    steps++;
    const instruction = program.inst[at.pc];
    if (instruction === undefined || instruction.op === op.fail) continue;
    const { out, arg } = instruction;
    if (instruction.op === op.match) {
      if (mayEnd(at.path)) return true;
    } else if (instruction.op === op.alt || instruction.op === op.altMatch) {
      visit(out, at.path, at.ended);
      visit(arg, at.path, at.ended);
    } else if (instruction.op === op.capture || instruction.op === op.nop) visit(out, at.path, at.ended);
    else if (instruction.op === op.emptyWidth) {
      if ((arg & beginsText) !== 0 && at.path !== 'start') continue;
      visit(out, at.path, at.ended || (arg & endsText) !== 0);
    } else if (instruction.op >= op.rune && instruction.op <= op.runeAnyNotNewline) {
      if (at.ended) continue;
      for (const character of alphabet) {
        const next = step(at.path, character);
        if (next === undefined) continue;
        steps++;
        if (instruction.op > op.rune + 1 || instruction.matchRune(character.charCodeAt(0))) visit(out, next, false);
      }
    } else return true;
  }
  return false;
}

function mayEnd(path: PathState): boolean {
  return path === 'root' || path === 'segment' || path === 'inside';
}

function step(path: PathState, character: string): PathState | undefined {
  if (path === 'start') return character === '/' ? 'root' : undefined;
  if (path.startsWith('%')) return afterPercent(path, character);
  if (character === '%') return '%';
  if (character === '/') return path === 'root' || path === 'dot' || path === 'dots' ? undefined : 'segment';
  if (character === ';' && (path === 'dot' || path === 'dots')) return undefined;
  if (character !== '.' || path === 'inside' || path === 'dots') return 'inside';
  return path === 'dot' ? 'dots' : 'dot';
}

/** Escapes stand in upper case, and never for a control character or one that needs none. */
function afterPercent(path: PathState, character: string): PathState | undefined {
  if (!/[0-9A-F]/.test(character)) return undefined;
  if (path === '%') return `%${character}`;
  const decoded = String.fromCharCode(parseInt(path.slice(1) + character, 16));
  return /[\x00-\x1f\x7f]|[A-Za-z0-9._~-]/.test(decoded) ? undefined : 'inside';
}
