import { describe, expect, it } from 'vitest';
import { seccompFilter } from './filter.ts';
import { type Architecture, seccompRules } from './rules.ts';

const arches: readonly Architecture[] = ['x64', 'arm64'];
const audit = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const allowed = 0x7fff0000;
const killed = 0x80000000;
const eperm = 0x00050001;
const enosys = 0x00050026;

/** The kernel's side: runs the filter on one `struct seccomp_data`, refusing anything the verifier would. */
function run(filter: Buffer, arch: number, nr: number, args: readonly bigint[] = []): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(nr, 0);
  data.writeUInt32LE(arch, 4);
  args.forEach((arg, index) => data.writeBigUInt64LE(arg, 16 + index * 8));
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const [code, jt, jf, k] = [filter.readUInt16LE(at), filter.readUInt8(at + 2), filter.readUInt8(at + 3), filter.readUInt32LE(at + 4)];
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x06) return k;
    else if (code === 0x05) at += k * 8;
    else if (code === 0x15) at += (accumulator === k ? jt : jf) * 8;
    else if (code === 0x35) at += (accumulator >= k ? jt : jf) * 8;
    else if (code === 0x45) at += ((accumulator & k) !== 0 ? jt : jf) * 8;
    else throw new Error(`instruction ${String(code)}`);
  }
  throw new Error('the program ran past its end');
}

function numberOf(name: string, arch: Architecture): number {
  const number = seccompRules.find((rule) => rule.name === name)?.numbers[arch];
  if (number === undefined) throw new Error(`${name} has no number on ${arch}`);
  return number;
}

describe.each(arches)('seccomp filter for %s', (arch) => {
  const filter = seccompFilter(arch);
  const call = (nr: number, ...args: bigint[]): number => run(filter, audit[arch], nr, args);

  it('refuses every unconditional rule and nothing between them', () => {
    const always = new Set(seccompRules.filter((rule) => rule.when.length === 0).map((rule) => rule.numbers[arch]));
    for (let nr = 0; nr <= 466; nr++) {
      const clone3 = nr === numberOf('clone3', arch);
      const socket = nr === numberOf('socket', arch) || nr === numberOf('socketpair', arch);
      expect(call(nr), String(nr)).toBe(clone3 ? enosys : always.has(nr) || socket ? eperm : allowed);
    }
  });

  it('does not know calls that nobody has reviewed', () => {
    expect(call(467)).toBe(enosys);
    expect(call(0x3fffffff)).toBe(enosys);
  });

  it('kills a foreign call convention', () => {
    expect(run(filter, 0x40000003, 1)).toBe(killed);
    expect(run(filter, audit[arch === 'x64' ? 'arm64' : 'x64'], 1)).toBe(killed);
    if (arch === 'x64') expect(call(0x40000001)).toBe(killed);
  });

  it.each([
    ['AF_UNIX', 1n, 0n, allowed],
    ['AF_INET', 2n, 6n, allowed],
    ['AF_INET6', 10n, 0n, allowed],
    ['AF_NETLINK route', 16n, 0n, allowed],
    ['AF_NETLINK netfilter', 16n, 12n, eperm],
    ['AF_PACKET', 17n, 0n, eperm],
    ['AF_ALG', 38n, 0n, eperm],
    ['AF_VSOCK', 40n, 0n, eperm],
    ['AF_VSOCK behind high bits', 0x1_0000_0028n, 0n, eperm],
    ['AF_UNSPEC', 0n, 0n, eperm],
  ])('socket %s', (_name, family, protocol, want) => {
    expect(call(numberOf('socket', arch), family, 1n, protocol)).toBe(want);
    expect(call(numberOf('socketpair', arch), family, 1n, protocol)).toBe(want);
  });

  it('refuses new namespaces through clone and lets threads and forks through', () => {
    const clone = numberOf('clone', arch);
    for (const flag of [0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n]) {
      expect(call(clone, flag | 17n)).toBe(eperm);
    }
    expect(call(clone, 0x3d0f00n)).toBe(allowed);
    expect(call(clone, 17n)).toBe(allowed);
  });

  it('refuses typing into a terminal and lets its size be read', () => {
    const ioctl = numberOf('ioctl', arch);
    for (const request of [0x5412n, 0x541cn, 0x541dn, 0x5423n, 0xffffffff_00005412n]) expect(call(ioctl, 0n, request)).toBe(eperm);
    expect(call(ioctl, 0n, 0x5413n)).toBe(allowed);
  });
});
