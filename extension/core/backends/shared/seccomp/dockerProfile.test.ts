import { describe, expect, it } from 'vitest';
import { dockerProfile, type DockerSeccompCall } from './dockerProfile.ts';
import { seccompRules } from './rules.ts';

const profile = dockerProfile();

/** What libseccomp does with one entry: all arguments must hold, on 64 bits. */
function holds(call: DockerSeccompCall, args: readonly bigint[]): boolean {
  return call.args.every(({ index, op, value, valueTwo }) => {
    const given = args[index] ?? 0n;
    if (op === 'SCMP_CMP_GT') return given > BigInt(value);
    if (op === 'SCMP_CMP_EQ') return given === BigInt(value);
    return (given & BigInt(value)) === BigInt(valueTwo);
  });
}

function refused(name: string, ...args: bigint[]): boolean {
  return profile.syscalls.some((call) => call.names.includes(name) && holds(call, args));
}

describe('docker seccomp profile', () => {
  it('names every call of the shared rules', () => {
    const named = new Set(profile.syscalls.flatMap((call) => call.names));
    expect([...named].sort()).toEqual([...new Set(seccompRules.map((rule) => rule.name))].sort());
  });

  it('allows exactly the families of the rules', () => {
    const open = Array.from({ length: 64 }, (_, family) => family).filter((family) => !refused('socket', BigInt(family), 1n, 0n));
    expect(open).toEqual([1, 2, 10, 16]);
    expect(refused('socket', 16n, 3n, 12n)).toBe(true);
    expect(refused('socket', 0x1_0000_0028n, 1n, 0n)).toBe(true);
  });

  it('refuses namespaces through clone and typing into terminals, whatever the upper half says', () => {
    expect(refused('clone', 0x10000011n)).toBe(true);
    expect(refused('clone', 0x3d0f00n)).toBe(false);
    expect(refused('ioctl', 0n, 0xffffffff_00005412n)).toBe(true);
    expect(refused('ioctl', 0n, 0x5413n)).toBe(false);
  });

  it('answers clone3 with ENOSYS so that libc falls back', () => {
    expect(profile.syscalls.find((call) => call.names.includes('clone3'))?.errnoRet).toBe(38);
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
  });
});
