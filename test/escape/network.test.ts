import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Captive, captive } from './support/fixture.ts';
import { hostRun } from './support/host.ts';
import { hostAddresses, listenDatagram, listenStream, type Listener } from './support/listeners.ts';
import { worlds } from './support/machine.ts';

/** What a connect may fail with: at once, and by the kernel. A timeout would mean that a packet left. */
const unreachable = ['ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED', 'EADDRNOTAVAIL', 'EINVAL', 'EPERM', 'EACCES', 'ENODEV'];
const family = { netlink: 16, packet: 17, alg: 38, vsock: 40, inet: 2, inet6: 10, can: 29, tipc: 30, bluetooth: 31, xdp: 44 };
const type = { stream: 1, datagram: 2, raw: 3, seqpacket: 5 };

describe.each(worlds)('the network of a bottle on %s', (world) => {
  let inside: Captive;
  let tcp4: Listener;
  let tcp6: Listener;
  let loopback: Listener;
  let udp4: Listener;
  let udp6: Listener;
  let socketFolder: string;

  beforeAll(async () => {
    [tcp4, tcp6, loopback, udp4, udp6, inside] = await Promise.all([
      listenStream({ host: '0.0.0.0', port: 0 }),
      listenStream({ host: '::', port: 0, ipv6Only: true }),
      listenStream({ host: '127.0.0.1', port: 0 }),
      listenDatagram('udp4', { address: '0.0.0.0' }),
      listenDatagram('udp6', { address: '::' }),
      captive(world),
    ]);
    socketFolder = await mkdtemp(join(tmpdir(), 'vscode-ipc-'));
  }, 600_000);

  afterAll(async () => {
    for (const listener of [tcp4, tcp6, loopback, udp4, udp6]) listener?.close();
    if (socketFolder !== undefined) rmSync(socketFolder, { recursive: true, force: true });
    await inside?.machine.end();
  });

  it('control: the host reaches its own listeners with the same probe', async () => {
    const [four, six, local, packets] = await Promise.all([
      listenStream({ host: '0.0.0.0', port: 0 }),
      listenStream({ host: '::', port: 0, ipv6Only: true }),
      listenStream({ host: '127.0.0.1', port: 0 }),
      listenDatagram('udp4', { address: '0.0.0.0' }),
    ]);
    for (const args of [['tcp', '127.0.0.1', four.port], ['tcp', '::1', six.port], ['tcp', '127.0.0.1', local.port], ['udp', '127.0.0.1', packets.port]]) {
      expect(await hostRun(inside.hostProbe, args.map(String))).toBe('done\n');
    }
    await expect.poll(() => [four, six, local, packets].map((one) => one.heard())).toEqual([1, 1, 1, 1]);
    for (const one of [four, six, local, packets]) one.close();
  });

  it('1: reaches no address of the internet, and is told so at once', async () => {
    for (const address of ['192.0.2.1', '198.51.100.7', '203.0.113.9', '2001:db8::1', '64:ff9b::c000:201']) {
      expect(unreachable, address).toContain(await inside.probe('tcp', address, '443'));
      expect(unreachable, address).toContain(await inside.probe('udp', address, '443'));
    }
  });

  it('F005, 1: curl without the proxy gets nowhere', async () => {
    const { code } = await inside.run(['curl', '--silent', '--max-time', '5', '--noproxy', '*', 'http://192.0.2.1/']);
    expect(code).toBe(7);
  });

  it('7: reaches no metadata service', async () => {
    for (const address of ['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254']) {
      expect(unreachable, address).toContain(await inside.probe('tcp', address, '80'));
    }
  });

  it('9: reaches no service of the host, on whatever address it listens', async () => {
    for (const address of [...hostAddresses('IPv4'), '172.17.0.1', '172.18.0.1', '0.0.0.0', '127.0.0.2', 'fe80::1%lo', '10.0.2.2', '192.168.65.2']) {
      for (const { port } of [tcp4, loopback]) expect(unreachable, address).toContain(await inside.probe('tcp', address, String(port)));
    }
    expect([tcp4.heard(), loopback.heard()]).toEqual([0, 0]);
  });

  it('10: reaches no IPv6 address of the host', async () => {
    for (const address of [...hostAddresses('IPv6').map((text) => text.replace(/%.*$/, '%lo')), '::1', '::', '::ffff:127.0.0.1']) {
      expect(unreachable, address).toContain(await inside.probe('tcp', address, String(tcp6.port)));
    }
    expect(tcp6.heard()).toBe(0);
  });

  it('9: no datagram of the agent arrives at the host', async () => {
    for (const address of [...hostAddresses('IPv4'), '172.17.0.1', '127.0.0.1', '255.255.255.255', '224.0.0.251']) await inside.probe('udp', address, String(udp4.port));
    for (const address of [...hostAddresses('IPv6').map((text) => text.replace(/%.*$/, '%lo')), '::1', 'ff02::1%lo']) await inside.probe('udp', address, String(udp6.port));
    // A datagram that gets through is there at once; the listener needs a turn of the loop to see it.
    await hostRun(inside.hostProbe, ['udp', '127.0.0.1', String(udp4.port)]);
    await expect.poll(() => udp4.heard()).toBe(1);
    expect(udp6.heard()).toBe(0);
  });

  it('13: resolves no name and sends none anywhere', async () => {
    const { code } = await inside.run(['getent', 'ahosts', 'akia-canary.example.test'], { patienceMs: 15_000 });
    expect(code).not.toBe(0);
    for (const resolver of ['127.0.0.11', '127.0.0.53', '127.0.0.1', '192.0.2.53', '8.8.8.8', '2001:4860:4860::8888']) {
      const answer = await inside.probe('tcp', resolver, '53');
      expect(unreachable, resolver).toContain(answer);
    }
  });

  it('has one interface, lo, and no route', async () => {
    expect(await inside.sh(`awk -F: 'NR > 2 {gsub(/ /, "", $1); print $1}' /proc/net/dev`)).toBe('lo');
    expect(await inside.sh('tail -n +2 /proc/net/route')).toBe('');
    expect(await inside.sh(`awk '$NF != "lo" {print}' /proc/net/if_inet6 /proc/net/ipv6_route`)).toBe('');
  });

  it('17: cannot change its network', async () => {
    for (const name of ['add-address', 'add-route', 'take-lo-down']) expect(await inside.probe(name)).toBe('EPERM');
    expect(['ENOENT', 'EPERM', 'EACCES']).toContain(await inside.probe('open-tun'));
    expect(unreachable).toContain(await inside.probe('tcp', '192.0.2.77', '9099'));
  });

  it.each([
    ['14: AF_PACKET', family.packet, type.raw, 768],
    ['14: raw IPv4', family.inet, type.raw, 1],
    ['14: raw IPv6', family.inet6, type.raw, 58],
    ['15: AF_VSOCK', family.vsock, type.stream, 0],
    ['18: AF_ALG', family.alg, type.seqpacket, 0],
    ['18: AF_CAN', family.can, type.raw, 1],
    ['18: AF_TIPC', family.tipc, type.seqpacket, 0],
    ['18: AF_BLUETOOTH', family.bluetooth, type.raw, 1],
    ['18: AF_XDP', family.xdp, type.raw, 0],
    ['18: netfilter by netlink', family.netlink, type.raw, 12],
    ['18: the audit log by netlink', family.netlink, type.raw, 9],
    ['18: kernel events by netlink', family.netlink, type.raw, 15],
    ['18: SCTP', family.inet, type.seqpacket, 132],
  ])('%s gives no socket', async (_name, domain, kind, protocol) => {
    expect(['EPERM', 'EACCES', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT']).toContain(
      await inside.probe('socket', String(domain), String(kind), String(protocol)),
    );
  });

  it('15: reaches no virtual machine and no host of one', async () => {
    for (const cid of ['0', '1', '2', '3']) expect(await inside.probe('vsock', cid, '1024')).toBe('EPERM');
  });

  it('19: reaches no abstract socket of the host', async () => {
    // As long as a name can be, because some versions of Node pad shorter ones with zeros.
    const name = `bot-bottle-escape-${process.pid}`.padEnd(107, '.');
    const abstract = await listenStream({ path: `\0${name}` });
    expect(await hostRun(inside.hostProbe, ['abstract', name])).toBe('done\n');
    await expect.poll(() => abstract.heard()).toBe(1);
    expect(await inside.probe('abstract', name)).toBe('ECONNREFUSED');
    expect(abstract.heard()).toBe(1);
    abstract.close();
  });

  it('reaches no socket of the editor, of the Engine, of an SSH or GPG agent', async () => {
    const listener = await listenStream({ path: join(socketFolder, 'vscode-ipc.sock') });
    const paths = [
      join(socketFolder, 'vscode-ipc.sock'),
      '/run/docker.sock',
      '/var/run/docker.sock',
      '/run/containerd/containerd.sock',
      '/run/dbus/system_bus_socket',
      '/run/systemd/private',
      '/run/user/0/gnupg/S.gpg-agent',
      '/run/user/1000/bus',
      ...(process.env['SSH_AUTH_SOCK'] === undefined ? [] : [process.env['SSH_AUTH_SOCK']]),
    ];
    for (const path of paths) expect(['ENOENT', 'EACCES', 'ENOTDIR'], path).toContain(await inside.probe('unix', path));
    expect(listener.heard()).toBe(0);
    listener.close();
  });

  it('sees no socket file at all', async () => {
    expect(await inside.probeLines('kind', 's')).toEqual([]);
  });

  it('23: emptying or widening the proxy variables opens nothing', async () => {
    const clear = 'unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY; export NO_PROXY="*" no_proxy="*"';
    const address = hostAddresses('IPv4').find((one) => one !== '127.0.0.1') ?? '127.0.0.1';
    for (const option of ['', '--noproxy "*"', `--connect-to ::${address}:`, '--proxy ""', '--socks5-hostname 127.0.0.1:1080']) {
      const code = await inside.sh(`${clear}; curl --silent --max-time 5 --output /dev/null ${option} http://${address}:${tcp4.port}/; echo $?`);
      expect(['5', '7', '97'], option).toContain(code);
    }
    expect(tcp4.heard()).toBe(0);
  });
});
