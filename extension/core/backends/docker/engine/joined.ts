import { Duplex, type Readable, type Writable } from 'node:stream';

/**
 * One stream that reads from `readable` and writes to `writable`, and that node:http and ws accept as a socket: settings
 * of a socket do nothing. The end of either side is passed on; destroying it destroys both.
 */
export function joinStreams(readable: Readable, writable: Writable): Duplex {
  const duplex = new Duplex({
    read: () => void readable.resume(),
    write: (chunk: Buffer, encoding, done) => {
      if (writable.destroyed || writable.writableEnded) done(new Error('The other side is gone.'));
      else writable.write(chunk, encoding, done);
    },
    final: (done) => {
      if (!writable.destroyed) writable.end();
      done();
    },
    destroy: (error, done) => {
      readable.destroy();
      writable.destroy();
      done(error);
    },
  });
  readable.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) readable.pause();
  });
  readable.once('end', () => duplex.push(null));
  readable.once('error', (cause) => duplex.destroy(cause));
  readable.once('close', () => (readable.readableEnded ? undefined : duplex.destroy()));
  // Whoever uses the stream hears of a break; between users it must not end the process.
  for (const side of [duplex, writable]) side.on('error', () => undefined);
  const nothing = (): Duplex => duplex;
  return Object.assign(duplex, { setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing, ref: nothing, unref: nothing });
}
