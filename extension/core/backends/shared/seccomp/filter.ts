import { type Architecture, type Condition, type SeccompRule, newestReviewedCall, seccompRules, unknownCallErrno } from './rules.ts';

/** One classic BPF instruction, `struct sock_filter` of `linux/filter.h`. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const op = { loadWord: 0x20, jumpEqual: 0x15, jumpGreaterEqual: 0x35, jumpAnyBit: 0x45, jump: 0x05, give: 0x06 } as const;

/** `linux/seccomp.h` */
const verdict = { allow: 0x7fff0000, killProcess: 0x80000000, errno: 0x00050000 } as const;

/** Offsets in `struct seccomp_data`; arguments are 64 bits wide, their low word first on both architectures. */
const offset = { nr: 0, arch: 4, arg: (index: number) => 16 + 8 * index } as const;

/** `linux/audit.h` */
const auditArch: Readonly<Record<Architecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Bit that marks the x32 calls on x86-64: the same calls under other numbers. */
const x32Bit = 0x40000000;

/**
 * The filter as the bytes `bwrap --seccomp FD` reads: an array of `struct sock_filter`. A foreign call convention
 * (int 0x80, x32) kills the process; unknown calls do not exist; the rest is allowed unless a rule refuses it.
 */
export function seccompFilter(architecture: Architecture, rules: readonly SeccompRule[] = seccompRules): Buffer {
  const program = [
    load(offset.arch),
    jump(op.jumpEqual, auditArch[architecture], 1, 0),
    give(verdict.killProcess),
    load(offset.nr),
    ...(architecture === 'x64' ? [jump(op.jumpGreaterEqual, x32Bit, 0, 1), give(verdict.killProcess)] : []),
    jump(op.jumpGreaterEqual, newestReviewedCall + 1, 0, 1),
    give(verdict.errno | unknownCallErrno),
    ...rules.flatMap((rule) => compileRule(rule, rule.numbers[architecture])),
    give(verdict.allow),
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, jt, jf, k }, index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}

/** The architecture of the machine we run on; undefined where no filter was written for it. */
export function currentArchitecture(arch: string = process.arch): Architecture | undefined {
  return arch === 'x64' || arch === 'arm64' ? arch : undefined;
}

function compileRule(rule: SeccompRule, number: number | undefined): Instruction[] {
  if (number === undefined) return [];
  const refuse = give(verdict.errno | rule.errno);
  if (rule.when.length === 0) return [jump(op.jumpEqual, number, 0, 1), refuse];
  // Built back to front, since every test that fails leaves the rule, past all that follows it.
  const leave = [load(offset.nr)];
  let body: Instruction[] = [refuse];
  for (const condition of [...rule.when].reverse()) body = [load(offset.arg(condition.arg)), ...test(condition, body.length), ...body];
  // The accumulator holds the call's number again for the next rule, whichever way this one is left.
  return [jump(op.jumpEqual, number, 0, body.length + leave.length), ...body, ...leave];
}

/** Falls through when the condition holds, else jumps over the `rest` instructions of the rule after it. */
function test(condition: Condition, rest: number): Instruction[] {
  switch (condition.op) {
    case 'anyBit':
      return [jump(op.jumpAnyBit, condition.mask, 0, rest)];
    case 'in':
      return [...condition.values.map((value, index) => jump(op.jumpEqual, value, condition.values.length - index, 0)), over(rest)];
    case 'notIn':
      return condition.values.map((value, index) => jump(op.jumpEqual, value, condition.values.length - 1 - index + rest, 0));
  }
}

function load(k: number): Instruction {
  return { code: op.loadWord, jt: 0, jf: 0, k };
}

function give(k: number): Instruction {
  return { code: op.give, jt: 0, jf: 0, k };
}

function over(k: number): Instruction {
  return { code: op.jump, jt: 0, jf: 0, k };
}

function jump(code: number, k: number, jt: number, jf: number): Instruction {
  return { code, jt, jf, k };
}
