import { describe, expect, it } from 'vitest';
import { FrameError, FrameReader, closing, frame } from './frames.ts';
import type { Message } from './frames.ts';

const told = ({ kind, data }: Message): string => `${kind} ${data.toString('latin1')}`;

const read = (pieces: readonly Buffer[], masked: boolean): string[] => {
  const reader = new FrameReader(masked, 1e6);
  return pieces.flatMap((piece) => [...reader.read(piece)].map(told));
};

describe('frames', () => {
  it.each([0, 1, 125, 126, 65535, 65536])('of %i bytes come out as they went in, masked and not', (length) => {
    const message: Message = { kind: 'binary', data: Buffer.alloc(length, 'abc') };
    for (const masked of [true, false]) expect(read([frame(message, masked)], masked)).toEqual([told(message)]);
  });

  it('are read wherever the stream is cut', () => {
    const messages: Message[] = [{ kind: 'text', data: Buffer.from('grüße') }, { kind: 'ping', data: Buffer.alloc(0) }, { kind: 'binary', data: Buffer.alloc(200, 1) }, closing(1000, 'bye')];
    const stream = Buffer.concat(messages.map((message) => frame(message, true)));
    for (let cut = 0; cut <= stream.length; cut++) expect(read([stream.subarray(0, cut), stream.subarray(cut)], true)).toEqual(messages.map(told));
    expect(read([...stream].map((byte) => Buffer.from([byte])), true)).toEqual(messages.map(told));
  });

  it('join to one message around a ping between them', () => {
    const [first, last] = [frame({ kind: 'text', data: Buffer.from('one ') }, false), frame({ kind: 'text', data: Buffer.from('two') }, false)];
    first.writeUInt8(0x01, 0);
    last.writeUInt8(0x80, 0);
    expect(read([first, frame({ kind: 'ping', data: Buffer.from('?') }, false), last], false)).toEqual(['ping ?', 'text one two']);
  });

  it('that are random bytes end in an error or in patience, never in anything else', () => {
    let state = 12345;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16;
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(Array.from({ length: random() % 40 }, () => random() & 0xff));
      try {
        read([bytes], round % 2 === 0);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }
  });

  it('say why they close in at most 125 bytes', () => {
    expect(frame(closing(1008, 'ü'.repeat(200)), false).length).toBeLessThanOrEqual(127);
  });
});
