import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { BottleError } from '../../../errors.ts';

/** Frame header of an attach without terminal (Engine API, "Stream format"): kind, three zeros, length as u32 BE. */
const headerBytes = 8;
const stderrKind = 2;

/**
 * Splits the engine's multiplexed stream into standard output and error, no faster than they are read. Ends both at the
 * end; destroys both when the stream breaks or is not in that format.
 */
export async function demux(stream: Readable, stdout: Writable, stderr: Writable): Promise<void> {
  // Whoever reads hears of a break; where nobody reads it must not end the process.
  for (const side of [stdout, stderr]) side.on('error', () => undefined);
  let pending = Buffer.alloc(0);
  let target = stdout;
  let left = 0;
  try {
    for await (const chunk of stream) {
      pending = Buffer.concat([pending, Buffer.from(chunk)]);
      while (pending.length > 0) {
        if (left === 0) {
          if (pending.length < headerBytes) break;
          const kind = pending.readUInt8(0);
          if (kind > stderrKind) throw new BottleError('backend-failed', 'The engine sent a stream in an unknown format.');
          target = kind === stderrKind ? stderr : stdout;
          left = pending.readUInt32BE(4);
          pending = pending.subarray(headerBytes);
          continue;
        }
        const part = pending.subarray(0, left);
        pending = pending.subarray(part.length);
        left -= part.length;
        if (!target.destroyed && !target.write(part)) await Promise.race([once(target, 'drain'), once(target, 'close')]);
      }
    }
    stdout.end();
    stderr.end();
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    stdout.destroy(error);
    stderr.destroy(error);
  }
}
