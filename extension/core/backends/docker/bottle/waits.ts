import type Dockerode from 'dockerode';
import { statusOf } from '../engine/engineError.ts';

/** Exit codes by container, waited for once however often they are asked for. */
export interface ExitWaits {
  exitOf(docker: Dockerode, container: string): Promise<number>;
  /** Records a code that is already known. */
  ended(container: string, code: number): void;
}

const removed = 137;

/** One per backend: each wait is an open connection, and a bottle is looked at many times. */
export function createExitWaits(): ExitWaits {
  const waits = new Map<string, Promise<number>>();
  return {
    exitOf: (docker, container) => {
      const known = waits.get(container);
      if (known !== undefined) return known;
      const wait = waitFor(docker, container);
      waits.set(container, wait);
      // A broken connection says nothing about the agent: the next one to ask waits anew.
      wait.catch(() => waits.delete(container));
      return wait;
    },
    ended: (container, code) => void waits.set(container, Promise.resolve(code)),
  };
}

async function waitFor(docker: Dockerode, container: string): Promise<number> {
  try {
    const result: { StatusCode: number } = await docker.getContainer(container).wait({ condition: 'not-running' });
    return result.StatusCode;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return removed;
    throw thrown;
  }
}
