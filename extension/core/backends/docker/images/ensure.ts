import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import type { Progress, Runtime } from '../../../ports.ts';
import { statusOf } from '../engine/engineError.ts';
import { buildImage } from './build.ts';
import { readDefinition, type ImageDefinition } from './definition.ts';
import { imageTag } from './tag.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What images are made with. */
export interface ImageDeps {
  readonly docker: Dockerode;
  readonly runtime: Runtime;
  readonly env: Env;
}

/** The base where a registry can be reached: Debian with Node and npm. */
export const publicBase = 'node:24-bookworm-slim';
/** What `scripts/images/base.mjs` makes where none can. */
const localBase = 'bot-bottle-base';

/** The tag an image has or will have, and whether the engine has it. */
export interface ImageState {
  readonly tag: string;
  readonly present: boolean;
}

/** Looks an image up without building anything. */
export async function imageState(deps: ImageDeps, name: string): Promise<ImageState> {
  const override = overrideOf(deps.env, name);
  if (override !== undefined) return { tag: override, present: await isPresent(deps.docker, override) };
  const { tag } = await resolveImage(deps, name);
  return { tag, present: await isPresent(deps.docker, tag) };
}

/** The tag of an image that is there now; builds it, and what it is built from, when it is not. */
export async function ensureImage(deps: ImageDeps, name: string, progress: Progress, signal: AbortSignal): Promise<string> {
  const override = overrideOf(deps.env, name);
  if (override !== undefined) {
    if (await isPresent(deps.docker, override)) return override;
    throw new BottleError('image-failed', `The image ${override} is not there.`, { hint: 'BOT_BOTTLE_SIDECAR_IMAGE names it; build or pull it, or unset the variable.' });
  }
  const { definition, base, tag } = await resolveImage(deps, name);
  if (await isPresent(deps.docker, tag)) return tag;
  if (definition.from !== 'base') await ensureImage(deps, definition.from, progress, signal);
  await buildImage(deps.docker, { definition, base, tag, proxies: proxyArguments(deps.env) }, progress, signal);
  return tag;
}

async function resolveImage(deps: ImageDeps, name: string): Promise<{ definition: ImageDefinition; base: string; tag: string }> {
  const definition = await readDefinition(name, deps.runtime, deps.env['BOT_BOTTLE_EXTRA_CA']);
  const base = definition.from === 'base' ? await outsideBase(deps) : (await resolveImage(deps, definition.from)).tag;
  return { definition, base, tag: imageTag(definition, base) };
}

/** The image everything starts from: the one named, the public one, or a local one where only that is there. */
async function outsideBase({ docker, env }: ImageDeps): Promise<string> {
  const named = env['BOT_BOTTLE_BASE_IMAGE'] ?? '';
  if (named !== '') return named;
  if (await isPresent(docker, publicBase)) return publicBase;
  const made = await docker.listImages({ filters: { reference: [localBase] } });
  const newest = made.sort((a, b) => b.Created - a.Created)[0];
  return newest?.RepoTags?.[0] ?? publicBase;
}

function overrideOf(env: Env, name: string): string | undefined {
  const named = name === 'sidecar' ? (env['BOT_BOTTLE_SIDECAR_IMAGE'] ?? '') : '';
  return named === '' ? undefined : named;
}

/** Build arguments that every engine knows without an ARG line and keeps out of the image's history. */
function proxyArguments(env: Env): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

async function isPresent(docker: Dockerode, tag: string): Promise<boolean> {
  try {
    await docker.getImage(tag).inspect();
    return true;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return false;
    throw thrown;
  }
}
