import { type Condition, type SeccompRule, seccompRules } from './rules.ts';

/** One argument test as the Engine's JSON names it (libseccomp operators on 64 bits). */
export interface DockerSeccompArg {
  readonly index: number;
  readonly value: number;
  readonly valueTwo: number;
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ';
}

export interface DockerSeccompCall {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ERRNO';
  readonly errnoRet: number;
  readonly args: readonly DockerSeccompArg[];
}

/** What `--security-opt seccomp=` takes (`profiles/seccomp` of the Engine). */
export interface DockerSeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ALLOW';
  readonly architectures: readonly ('SCMP_ARCH_X86_64' | 'SCMP_ARCH_AARCH64')[];
  readonly syscalls: readonly DockerSeccompCall[];
}

/**
 * The same rules as a profile for the Engine. Only the native 64-bit conventions are listed, so libseccomp kills a
 * process that uses 32-bit or x32 calls. Goes into `SecurityOpt` as `seccomp=${JSON.stringify(dockerProfile())}`.
 */
export function dockerProfile(rules: readonly SeccompRule[] = seccompRules): DockerSeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
    syscalls: rules.flatMap((rule) =>
      alternatives(rule.when).map(
        (args): DockerSeccompCall => ({ names: [rule.name], action: 'SCMP_ACT_ERRNO', errnoRet: rule.errno, args }),
      ),
    ),
  };
}

/** The Engine joins the arguments of one entry by "and"; every way to fulfil all conditions becomes an entry. */
function alternatives(when: readonly Condition[]): DockerSeccompArg[][] {
  return when.reduce<DockerSeccompArg[][]>(
    (sofar, condition) => sofar.flatMap((args) => ways(condition).map((way) => [...args, way])),
    [[]],
  );
}

function ways(condition: Condition): DockerSeccompArg[] {
  switch (condition.op) {
    case 'anyBit':
      return bits(condition.mask).map((bit) => masked(condition.arg, bit, bit));
    case 'in':
      return condition.values.map((value) => masked(condition.arg, 0xffffffff, value));
    case 'notIn': {
      const highest = Math.max(...condition.values);
      const gaps = Array.from({ length: highest }, (_, value) => value).filter((value) => !condition.values.includes(value));
      return [
        { index: condition.arg, value: highest, valueTwo: 0, op: 'SCMP_CMP_GT' },
        ...gaps.map((value): DockerSeccompArg => ({ index: condition.arg, value, valueTwo: 0, op: 'SCMP_CMP_EQ' })),
      ];
    }
  }
}

/** Compares under a mask of 32 bits: the kernel ignores the upper half of these arguments, so a filter must too. */
function masked(index: number, mask: number, value: number): DockerSeccompArg {
  return { index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' };
}

function bits(mask: number): number[] {
  return Array.from({ length: 32 }, (_, index) => 2 ** index).filter((bit) => (BigInt(mask) & BigInt(bit)) !== 0n);
}
