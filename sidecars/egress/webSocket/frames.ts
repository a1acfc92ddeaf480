import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/** Frame types (RFC 6455 section 5.2). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A whole message, its fragments joined, or a control frame. */
export interface Message {
  readonly kind: 'text' | 'binary' | 'close' | 'ping' | 'pong';
  readonly data: Buffer;
}

/** The peer broke the protocol, or a limit; `status` is what the close frame says (RFC 6455 section 7.4.1). */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const kinds: Readonly<Record<number, Message['kind']>> = { 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

interface Head {
  readonly final: boolean;
  readonly opcode: number;
  readonly mask: Buffer | undefined;
  readonly bytes: number;
  readonly length: number;
}

/** Fragments of one message; more is an attack on memory per frame, not a way to talk. */
const MOST_FRAGMENTS = 4096;

/**
 * Takes one direction of a WebSocket apart, strictly: no extension was agreed on, so no reserved bit may be set; a
 * client masks and a server does not; text is UTF-8. Throws `FrameError`; the connection is of no use then.
 */
export class FrameReader {
  readonly #masked: boolean;
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #have = 0;
  #need = 0;
  #waiting = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #kind: 'text' | 'binary' | undefined;

  /** `masked`: the other side is a client. `largest`: bytes of one message. */
  constructor(masked: boolean, largest: number) {
    this.#masked = masked;
    this.#largest = largest;
  }

  /** Bytes that wait for the rest of their message. */
  get held(): number {
    return this.#have + this.#fragmentBytes;
  }

  /** Messages that `chunk` completes. */
  *read(chunk: Buffer): Generator<Message> {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return;
    this.#waiting = Buffer.concat(this.#chunks);
    let head = this.#head();
    for (; head !== undefined && this.#waiting.length >= head.length + head.bytes; head = this.#head()) {
      const data = unmasked(this.#waiting.subarray(head.length, head.length + head.bytes), head.mask);
      this.#waiting = this.#waiting.subarray(head.length + head.bytes);
      const message = this.#take(head, data);
      if (message !== undefined) yield message;
    }
    this.#chunks = [this.#waiting];
    this.#have = this.#waiting.length;
    // Joining again for every chunk of a large frame would cost its square.
    this.#need = head === undefined ? this.#have + 1 : head.length + head.bytes;
  }

  #head(): Head | undefined {
    const bytes = this.#waiting;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    if ((first & 0x70) !== 0) throw new FrameError(1002, 'a reserved bit is set, and no extension was agreed on');
    if ((second & 0x80) !== 0 !== this.#masked) throw new FrameError(1002, this.#masked ? 'a client\'s frame is not masked' : 'a server\'s frame is masked');
    const short = second & 0x7f;
    const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
    const length = 2 + extra + (this.#masked ? 4 : 0);
    const opcode = first & 0x0f;
    const control = opcode >= 8;
    if (kinds[opcode] === undefined && opcode !== opcodes.continuation) throw new FrameError(1002, `${opcode} is no frame type`);
    if (control && (extra > 0 || (first & 0x80) === 0)) throw new FrameError(1002, 'a control frame is short and whole');
    if (bytes.length < length) return undefined;
    const payload = extra === 8 ? bytes.readBigUInt64BE(2) : BigInt(extra === 2 ? bytes.readUInt16BE(2) : short);
    if (payload + BigInt(this.#fragmentBytes) > BigInt(this.#largest)) throw new FrameError(1009, `a message has more than ${this.#largest} bytes`);
    if (payload < (extra === 8 ? 65536n : extra === 2 ? 126n : 0n)) throw new FrameError(1002, 'a length is written longer than it needs');
    return { final: (first & 0x80) !== 0, opcode, mask: this.#masked ? bytes.subarray(2 + extra, length) : undefined, bytes: Number(payload), length };
  }

  #take({ final, opcode }: Head, data: Buffer): Message | undefined {
    const kind = kinds[opcode];
    if (kind === 'close') return { kind, data: closePayload(data) };
    if (kind === 'ping' || kind === 'pong') return { kind, data };
    if ((kind === undefined) !== (this.#kind !== undefined)) throw new FrameError(1002, 'fragments of two messages are mixed');
    const whole = kind ?? this.#kind;
    if (whole === undefined) throw new FrameError(1002, 'a fragment has no beginning');
    this.#fragments.push(data);
    this.#fragmentBytes += data.length;
    this.#kind = whole;
    if (this.#fragments.length > MOST_FRAGMENTS) throw new FrameError(1009, 'a message has too many fragments');
    if (!final) return undefined;
    const joined = this.#fragments.length === 1 ? data : Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#kind = undefined;
    if (whole === 'text' && !isUtf8(joined)) throw new FrameError(1007, 'a text message is not UTF-8');
    return { kind: whole, data: joined };
  }
}

/** Empty, or a status and a reason in UTF-8. */
function closePayload(data: Buffer): Buffer {
  if (data.length === 0) return data;
  if (data.length === 1 || !isUtf8(data.subarray(2))) throw new FrameError(1002, 'a close frame is a status and a reason');
  const status = data.readUInt16BE(0);
  const known = (status >= 1000 && status <= 1014 && ![1004, 1005, 1006].includes(status)) || (status >= 3000 && status <= 4999);
  if (!known) throw new FrameError(1002, `${status} is no close status`);
  return data;
}

function unmasked(data: Buffer, mask: Buffer | undefined): Buffer {
  if (mask === undefined) return data;
  const plain = Buffer.allocUnsafe(data.length);
  for (let i = 0; i < data.length; i++) plain[i] = (data[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return plain;
}

/** One unfragmented frame. Towards a server it is masked, with a fresh mask (RFC 6455 section 5.3). */
export function frame({ kind, data }: Message, masked: boolean): Buffer {
  const { length } = data;
  const extra = length > 65535 ? 8 : length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + extra);
  head[0] = 0x80 | opcodes[kind];
  head[1] = (masked ? 0x80 : 0) | (extra === 8 ? 127 : extra === 2 ? 126 : length);
  if (extra === 8) head.writeBigUInt64BE(BigInt(length), 2);
  else if (extra === 2) head.writeUInt16BE(length, 2);
  if (!masked) return Buffer.concat([head, data]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, unmasked(data, mask)]);
}

/** A close frame that says why. */
export function closing(status: number, reason: string): Message {
  const data = Buffer.alloc(2 + Buffer.byteLength(reason.slice(0, 100)));
  data.writeUInt16BE(status, 0);
  data.write(reason.slice(0, 100), 2);
  return { kind: 'close', data: data.length > 125 ? data.subarray(0, 2) : data };
}
