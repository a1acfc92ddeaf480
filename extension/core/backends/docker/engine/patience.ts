import { BottleError } from '../../../errors.ts';

/**
 * Does `work` for at most `ms`, then breaks it off and throws `late()`. The engine answers nothing about a container whose
 * lock it holds, and an agent can make it hold that for ever (by stopping a program that is being started beside it).
 */
export async function inTime<T>(ms: number, late: () => BottleError, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const patience = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = late();
      reject(error);
      patience.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([work(patience.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}
