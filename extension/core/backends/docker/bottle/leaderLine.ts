import { Transform } from 'node:stream';
import { BottleError } from '../../../errors.ts';

/** Longest first line: a process id and a line end. */
const longest = 16;

/** Takes the first line, a process id, out of a command's output; the rest passes. */
export interface LeaderLine {
  readonly output: Transform;
  /** Rejects with `not-found` when the output ends without one: the container ended meanwhile. */
  readonly pid: Promise<number>;
}

export function takeLeaderLine(): LeaderLine {
  let settle: { resolve: (pid: number) => void; reject: (error: BottleError) => void } | undefined;
  const pid = new Promise<number>((resolve, reject) => (settle = { resolve, reject }));
  pid.catch(() => undefined);
  let head: Buffer | undefined = Buffer.alloc(0);
  const output = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      if (head === undefined) return done(null, chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end < 0 && head.length < longest) return done();
      const found = /^(\d+)\r?$/.exec(head.subarray(0, Math.max(0, end)).toString('latin1'));
      if (found === null) {
        settle?.reject(new BottleError('backend-failed', `The command could not be started: ${head.toString('utf8').trim().slice(0, 300)}`));
        return done(null, head);
      }
      settle?.resolve(Number(found[1]));
      const rest = head.subarray(end + 1);
      head = undefined;
      return done(null, rest.length === 0 ? undefined : rest);
    },
    flush: (done) => {
      settle?.reject(new BottleError('not-found', 'The bottle does not run.'));
      done();
    },
    destroy: (error, done) => {
      settle?.reject(new BottleError('not-found', 'The bottle does not run.', { cause: error }));
      done(error);
    },
  });
  return { output, pid };
}
