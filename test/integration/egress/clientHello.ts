import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';

/** The ClientHello that OpenSSL sends with these options, as it goes over the wire. */
export function helloOf(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const written: Buffer[] = [];
    const wire = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk);
        done();
        // It waits for an answer, so what is there by then is all of it.
        setImmediate(() => resolve(Buffer.concat(written)));
      },
    });
    connect({ socket: wire, ...options }).on('error', () => undefined);
  });
}

/** The handshake message in a ClientHello's one record. */
export function messageOf(hello: Buffer): Buffer {
  return hello.subarray(5);
}

/** A handshake message in records of so many bytes. */
export function inRecords(message: Buffer, size: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) records.push(record(message.subarray(at, at + size)));
  return Buffer.concat(records);
}

/** One record of handshake, whatever is in it. */
export function record(fragment: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x16, 3, 1]), number(fragment.length, 2), fragment]);
}

/** A ClientHello that says exactly this, in one record; not that anybody could complete it. */
export function madeHello(extensions: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32, 7), Buffer.from([0]), vector(Buffer.from([0x13, 1]), 2), vector(Buffer.from([0]), 1), vector(Buffer.concat(extensions), 2)]);
  return record(Buffer.concat([Buffer.from([1]), vector(body, 3)]));
}

/** An extension by its number. */
export function extension(type: number, data: Buffer): Buffer {
  return Buffer.concat([number(type, 2), vector(data, 2)]);
}

/** `server_name` with these host names. */
export function serverName(...names: string[]): Buffer {
  return extension(0, vector(Buffer.concat(names.map((name) => Buffer.concat([Buffer.from([0]), vector(Buffer.from(name, 'latin1'), 2)]))), 2));
}

function vector(bytes: Buffer, lengthBytes: number): Buffer {
  return Buffer.concat([number(bytes.length, lengthBytes), bytes]);
}

function number(value: number, bytes: number): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeUIntBE(value, 0, bytes);
  return written;
}
