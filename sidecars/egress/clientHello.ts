import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';

/** What of a ClientHello tells where it is for. */
export interface ClientHello {
  /** The name in it as it came, one character a byte; undefined when it names none. */
  readonly serverName: string | undefined;
}

/** Numbers of RFC 8446 (sections 4, 5.1), RFC 6066 (section 3) and RFC 9849 (Encrypted Client Hello, with its old draft). */
const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const hiddenNames: readonly number[] = [0xfe0d, 0xffce];

const LONGEST_FRAGMENT = 16_384;
const RECORD_HEAD = 5;
const MESSAGE_HEAD = 4;

/** With post-quantum keys and many protocols a ClientHello has some 17 kB; bytes. */
const LARGEST_HELLO = 64 * 1024;

/** Takes the first flight of a TLS client apart, over any segments and records. One for one connection. */
export class ClientHelloReader {
  #chunks: Buffer[] = [];
  #have = 0;
  #need = RECORD_HEAD;
  #total = 0;
  #message: Buffer[] = [];
  #messageBytes = 0;
  /** Of the whole message, once its head is there. */
  #wanted: number | undefined;

  /** Undefined until the ClientHello is complete; refused as soon as it cannot be one. */
  push(chunk: Buffer): Result<ClientHello> | undefined {
    if (this.#total === 0 && chunk[0] !== undefined && chunk[0] !== HANDSHAKE) return refused('no TLS is spoken in a tunnel to an https host');
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    this.#total += chunk.length;
    if (this.#have >= this.#need) {
      const hello = this.#records(Buffer.concat(this.#chunks));
      if (hello !== undefined) return hello;
    }
    // What stands behind a complete one may be early data of any size.
    return this.#total > LARGEST_HELLO ? refused(`a ClientHello has at most ${LARGEST_HELLO} bytes`) : undefined;
  }

  /** Takes off all whole records, however small, in one walk. */
  #records(bytes: Buffer): Result<ClientHello> | undefined {
    let at = 0;
    this.#need = RECORD_HEAD;
    while (bytes.length - at >= RECORD_HEAD) {
      const length = fragmentLength(bytes, at);
      if (length === undefined) return refused('what begins like TLS is not a ClientHello');
      this.#need = RECORD_HEAD + length;
      if (bytes.length - at < this.#need) break;
      this.#message.push(bytes.subarray(at + RECORD_HEAD, at + this.#need));
      this.#messageBytes += length;
      at += this.#need;
      this.#need = RECORD_HEAD;
      const hello = this.#complete();
      if (hello !== undefined) return hello;
    }
    this.#chunks = [bytes.subarray(at)];
    this.#have = bytes.length - at;
    return undefined;
  }

  #complete(): Result<ClientHello> | undefined {
    if (this.#messageBytes < MESSAGE_HEAD) return undefined;
    // Joined twice and not for every record: when its length is known, and when it is there.
    this.#wanted ??= wantedBytes(Buffer.concat(this.#message));
    if (this.#wanted === undefined || this.#messageBytes > this.#wanted) return refused('what begins like TLS is not a ClientHello');
    return this.#messageBytes < this.#wanted ? undefined : clientHello(Buffer.concat(this.#message).subarray(MESSAGE_HEAD));
  }
}

/** Bytes of the whole message; undefined when it is no ClientHello, or too large for one. */
function wantedBytes(message: Buffer): number | undefined {
  const wanted = MESSAGE_HEAD + message.readUIntBE(1, 3);
  return message[0] === CLIENT_HELLO && wanted <= LARGEST_HELLO ? wanted : undefined;
}

function fragmentLength(bytes: Buffer, at: number): number | undefined {
  const length = bytes.readUInt16BE(at + 3);
  return bytes[at] === HANDSHAKE && bytes[at + 1] === 3 && length > 0 && length <= LONGEST_FRAGMENT ? length : undefined;
}

/** A message whose lengths do not add up to its end is none: another reader might see another name in it. */
function clientHello(body: Buffer): Result<ClientHello> {
  try {
    const reader = new Reader(body);
    reader.take(2 + 32);
    reader.vector(1);
    reader.vector(2);
    reader.vector(1);
    const extensions = new Map<number, Buffer>();
    if (!reader.done) {
      const list = new Reader(reader.vector(2));
      while (!list.done) {
        const type = list.number(2);
        if (extensions.has(type)) return refused('the ClientHello has an extension twice');
        extensions.set(type, list.vector(2));
      }
    }
    if (!reader.done) return refused('the ClientHello is not well formed');
    if (hiddenNames.some((type) => extensions.has(type))) return refused('the ClientHello has an encrypted part (ECH), which may name another host');
    const names = extensions.get(SERVER_NAME);
    return accepted({ serverName: names === undefined ? undefined : hostName(names) });
  } catch {
    return refused('the ClientHello is not well formed');
  }
}

function hostName(extension: Buffer): string {
  const outer = new Reader(extension);
  const list = new Reader(outer.vector(2));
  const type = list.number(1);
  const name = list.vector(2);
  if (type !== HOST_NAME || name.length === 0 || !list.done || !outer.done) throw new RangeError('not one host name');
  return name.toString('latin1');
}

/** Reads numbers and vectors with a length before them (RFC 8446 section 3). Throws at the end of the bytes. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('the bytes end too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  number(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  vector(lengthBytes: number): Buffer {
    return this.take(this.number(lengthBytes));
  }
}
