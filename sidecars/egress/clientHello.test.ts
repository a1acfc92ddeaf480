import { Duplex } from 'node:stream';
import { TLSSocket, connect } from 'node:tls';
import { expect, test, vi } from 'vitest';
import { ClientHelloReader } from './clientHello.ts';

/** Both directions of a connection that nobody answers; `first` is what was written to it. */
function deafWire(first: (bytes: Buffer) => void): Duplex {
  return new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      first(chunk);
      done();
    },
  });
}

const hello = await new Promise<Buffer>((resolve) => {
  connect({ socket: deafWire(resolve), servername: 'listed.test', ALPNProtocols: ['h2', 'http/1.1'] }).on('error', () => undefined);
});

/** The name that OpenSSL reads out of a first flight; undefined when it reads none or refuses it. */
function asOpensslReads(bytes: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const wire = deafWire(() => setImmediate(() => resolve(undefined)));
    const server = new TLSSocket(wire, {
      isServer: true,
      SNICallback(name, done) {
        resolve(name);
        done(new Error('seen enough'));
      },
    });
    server.on('error', () => resolve(undefined)).on('_tlsError', () => resolve(undefined));
    wire.push(bytes);
    wire.push(null);
    server.once('close', () => resolve(undefined));
  });
}

/** The same numbers every time (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const read = (bytes: Buffer) => new ClientHelloReader().push(bytes);

test('the name is found wherever the segments are cut, and nothing is said before the end', () => {
  for (let cut = 1; cut < hello.length; cut++) {
    const reader = new ClientHelloReader();
    expect(reader.push(hello.subarray(0, cut))).toBeUndefined();
    expect(reader.push(hello.subarray(cut))).toEqual({ ok: true, value: { serverName: 'listed.test' } });
  }
});

test('a ClientHello that was tampered with is never read as another name than OpenSSL reads, and breaks nothing', async () => {
  const below = seeded(7);
  const seen = { accepted: 0, refused: 0, agreed: 0 };
  // The extension around the name is where a change matters most.
  const nameAt = hello.indexOf('listed.test') - 12;
  for (let round = 0; round < 1000; round++) {
    const bytes = Buffer.from(hello);
    for (let changes = 1 + below(3); changes > 0; changes--) bytes[below(2) === 0 ? nameAt + below(36) : below(bytes.length)] = below(256);
    const ours = read(bytes);
    if (ours?.ok === false) seen.refused++;
    else if (ours !== undefined) {
      seen.accepted++;
      const theirs = await asOpensslReads(bytes);
      if (theirs === undefined) continue;
      seen.agreed++;
      expect(ours.value.serverName).toBe(theirs);
    }
  }
  for (const [kind, count] of Object.entries(seen)) expect({ kind, enough: count > 20 }).toEqual({ kind, enough: true });
});

test('noise is refused or waited for, never a crash and never accepted', () => {
  const below = seeded(11);
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(Array.from({ length: 1 + below(200) }, () => below(256)));
    if (below(2) === 0) Buffer.from([0x16, 3, 1, 0, 1 + below(190), 1, 0, 0]).copy(bytes);
    expect(read(bytes)?.ok ?? false).toBe(false);
  }
});

test('records of one byte each are joined once, not once for every record', () => {
  const records = (message: Buffer): Buffer => Buffer.concat([...message].map((byte) => Buffer.from([0x16, 3, 1, 0, 1, byte])));
  const [small, endless] = [records(hello.subarray(5)), records(Buffer.from([1, 0, 0xff, 0, ...Buffer.alloc(10_000)]))];
  const joined = vi.spyOn(Buffer, 'concat');
  try {
    expect(read(small)).toEqual({ ok: true, value: { serverName: 'listed.test' } });
    expect(read(endless)).toBeUndefined();
    expect(joined.mock.calls.length).toBeLessThan(10);
  } finally {
    joined.mockRestore();
  }
});
