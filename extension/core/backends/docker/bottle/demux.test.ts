import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { demux } from './demux.ts';
import { takeLeaderLine } from './leaderLine.ts';

const frame = (kind: number, content: string): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
};

describe('a multiplexed stream', () => {
  it.each([1, 3, 7, 1000])('is split right however it is cut (%i bytes a piece)', async (size) => {
    const whole = Buffer.concat([frame(1, 'out '), frame(2, 'err '), frame(1, ''), frame(1, 'more'), frame(2, 'last')]);
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => whole.subarray(index * size, (index + 1) * size));
    const [out, err] = [new PassThrough(), new PassThrough()];
    const [stdout, stderr] = await Promise.all([text(out), text(err), demux(Readable.from(pieces), out, err)]);
    expect([stdout, stderr]).toEqual(['out more', 'err last']);
  });

  it('breaks when it is in no known format', async () => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    err.on('error', () => undefined);
    const reading = expect(text(out)).rejects.toThrow(/unknown format/);
    await demux(Readable.from([Buffer.from('plain text, no frames')]), out, err);
    await reading;
  });
});

describe("a command's first line", () => {
  it.each([[['42\nrest']], [['4', '2', '\r', '\n', 're', 'st']]])('is its process id, and only the rest passes (%j)', async (pieces) => {
    const { output, pid } = takeLeaderLine();
    const all = text(output);
    Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(output);
    expect([await pid, await all]).toEqual([42, 'rest']);
  });

  it('is missing when the container ended', async () => {
    const { output, pid } = takeLeaderLine();
    output.resume().end();
    await expect(pid).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is something else when the command could not be started', async () => {
    const { output, pid } = takeLeaderLine();
    output.resume().end('OCI runtime exec failed\n');
    await expect(pid).rejects.toMatchObject({ code: 'backend-failed', message: expect.stringContaining('OCI runtime') });
  });
});
