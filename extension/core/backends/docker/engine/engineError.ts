import * as z from 'zod';
import { BottleError, type BottleErrorCode } from '../../../errors.ts';
import { describeEndpoint, type Endpoint } from './endpoint.ts';

/** Node's error for a connection that could not be made. A file of this machine fails with the same codes, by other calls. */
const connectError = z.object({ code: z.string(), syscall: z.enum(['connect', 'getaddrinfo']) });
const fileError = z.object({ code: z.string(), syscall: z.string(), path: z.string() });
const httpError = z.object({ statusCode: z.number(), json: z.object({ message: z.string() }).optional().catch(undefined) });

interface Cure {
  readonly sentence: (place: string) => string;
  readonly hint: string;
}

/** A call that was broken off because its time was over. */
const lateError = z.object({ code: z.literal('ABORT_ERR') });

/** What a failed connection means, by the code Node gives it. */
const connectionCures: Readonly<Record<string, Cure>> = {
  ENOENT: {
    sentence: (place) => `There is no Docker engine at ${place}.`,
    hint: 'Install Docker (for example `sudo apt-get install docker.io`) and start it (`sudo systemctl start docker`), or choose the bubblewrap backend.',
  },
  ECONNREFUSED: {
    sentence: (place) => `The Docker engine at ${place} is not running.`,
    hint: 'Start it: `sudo systemctl start docker`, or open Docker Desktop.',
  },
  EACCES: {
    sentence: (place) => `You may not use the Docker engine at ${place}.`,
    hint: 'Add yourself to the docker group with `sudo usermod -aG docker "$USER"` and log in again. Members of that group are as powerful as root on this machine.',
  },
  ENOTFOUND: { sentence: (place) => `The host of the Docker engine ${place} is not known.`, hint: 'Check DOCKER_HOST or the Docker context.' },
  ETIMEDOUT: { sentence: (place) => `The Docker engine at ${place} does not answer.`, hint: 'Check DOCKER_HOST, the Docker context and the network.' },
  EHOSTUNREACH: { sentence: (place) => `The Docker engine at ${place} cannot be reached.`, hint: 'Check DOCKER_HOST, the Docker context and the network.' },
};

/** The engine's answer to a name it has already given. It answers so in other cases too; its words tell. */
const nameTaken = 409;

/** What to do when a bottle's name is taken at an engine. */
export const nameTakenHint = 'Choose another label, or run bot-bottle cleanup.';

/** The HTTP status an engine refused a call with; undefined for anything else. */
export function statusOf(thrown: unknown): number | undefined {
  return httpError.safeParse(thrown).data?.statusCode;
}

/** The engine's own words for a refused call, one line. */
export function engineWords(thrown: unknown): string {
  const parsed = httpError.safeParse(thrown);
  const words = parsed.data?.json?.message ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return words.trim().replace(/\s+/g, ' ').slice(0, 600);
}

/** Turns what dockerode throws into a sentence with a fix. `doing` completes "Docker could not ...". */
export function engineError(thrown: unknown, endpoint: Endpoint, doing: string, code: BottleErrorCode = 'backend-failed'): BottleError {
  if (thrown instanceof BottleError) return thrown;
  // Node tries each address of a name and gives the failures together.
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const failure = lateError.safeParse(first).success ? 'ETIMEDOUT' : (connectError.safeParse(first).data?.code ?? '');
  const cure = connectionCures[failure];
  if (cure !== undefined) return new BottleError('backend-unavailable', cure.sentence(describeEndpoint(endpoint)), { hint: cure.hint, cause: thrown });
  if (statusOf(first) === nameTaken && engineWords(first).includes('already in use')) {
    return new BottleError('busy', `Docker could not ${doing}: ${engineWords(thrown)}`, { hint: nameTakenHint, cause: thrown });
  }
  if (fileError.safeParse(thrown).success) return new BottleError(code, `This machine could not ${doing}: ${engineWords(thrown)}`, { cause: thrown });
  return new BottleError(code, `Docker could not ${doing}: ${engineWords(thrown)}`, { cause: thrown });
}
