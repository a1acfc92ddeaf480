import type Dockerode from 'dockerode';
import * as z from 'zod';
import { BottleError } from '../../../errors.ts';
import { createClient } from './client.ts';
import { resolveEndpoint } from './contexts.ts';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { engineError } from './engineError.ts';

const versionSchema = z.object({ Version: z.string(), ApiVersion: z.string(), Os: z.string(), Arch: z.string() });

const infoSchema = z.object({
  KernelVersion: z.string(),
  Name: z.string(),
  OperatingSystem: z.string(),
  NCPU: z.number(),
  SecurityOptions: z.array(z.string()).nullish(),
});

/** What `/info` says, as far as we act on it. */
export type EngineInfo = z.infer<typeof infoSchema>;

/** The oldest API we use: Engine 20.10 (`host-gateway`, init, tmpfs volumes). */
const oldestApi = [1, 41] as const;

/** An engine that answered and is new enough. */
export interface Engine {
  readonly docker: Dockerode;
  readonly endpoint: Endpoint;
  readonly version: string;
  readonly info: EngineInfo;
}

/** These calls of dockerode can be broken off like all others; its types leave that out. */
interface Asked {
  version(options: { abortSignal: AbortSignal }): Promise<unknown>;
  info(options: { abortSignal: AbortSignal }): Promise<unknown>;
}

/** Finds, asks and checks the engine. Throws `backend-unavailable` with the fix in words. */
export async function connectEngine(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Promise<Engine> {
  signal.throwIfAborted();
  const endpoint = await resolveEndpoint(env);
  const docker = await createClient(endpoint);
  const asked: Asked = docker;
  const options = { abortSignal: signal };
  try {
    const [version, info] = await Promise.all([asked.version(options).then((v) => versionSchema.parse(v)), asked.info(options).then((i) => infoSchema.parse(i))]);
    checkEngine(version, endpoint);
    signal.throwIfAborted();
    return { docker, endpoint, version: version.Version, info };
  } catch (thrown) {
    if (signal.aborted && !isTimeout(signal.reason)) throw new BottleError('cancelled', 'Asking the Docker engine was cancelled.', { cause: thrown });
    throw engineError(thrown, endpoint, 'say what it is', 'backend-unavailable');
  }
}

/** Whether time ran out, other than somebody breaking off. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

function checkEngine(version: z.infer<typeof versionSchema>, endpoint: Endpoint): void {
  const place = describeEndpoint(endpoint);
  if (version.Os !== 'linux') {
    throw new BottleError('backend-unavailable', `The engine at ${place} runs ${version.Os} containers; bottles need Linux ones.`, { hint: 'Switch Docker Desktop to Linux containers.' });
  }
  if (!apiAtLeast(version.ApiVersion, oldestApi)) {
    throw new BottleError('backend-unavailable', `The engine at ${place} is Docker ${version.Version}, which is too old.`, { hint: 'Update to Docker Engine 20.10 or newer.' });
  }
}

/** Compares `1.41` style versions by number. */
export function apiAtLeast(found: string, wanted: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}
