import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { pack as createPack } from 'tar-stream';
import { BottleError } from '../../../errors.ts';
import type { Progress } from '../../../ports.ts';
import { engineWords } from '../engine/engineError.ts';
import { readBuildEvent } from './buildEvent.ts';
import type { ImageDefinition } from './definition.ts';

/** One image to build. */
export interface BuildRequest {
  readonly definition: ImageDefinition;
  readonly base: string;
  readonly tag: string;
  /** Further build arguments: the proxies this machine uses. */
  readonly proxies: Readonly<Record<string, string>>;
}

/**
 * Builds and tags one image. Throws `image-failed` with the step that failed and its last words, `cancelled` on abort;
 * the engine ends a build whose client hangs up, and leaves no intermediate container.
 */
export async function buildImage(docker: Dockerode, request: BuildRequest, progress: Progress, signal: AbortSignal): Promise<void> {
  const { definition, base, tag } = request;
  const name = `Building the ${definition.name} image`;
  progress.report({ name, fraction: 0 });
  const tale = createTale(name, progress);
  try {
    const stream = await docker.buildImage(Readable.from(await contextArchive(definition)), {
      t: tag,
      buildargs: { ...request.proxies, BASE_IMAGE: base },
      labels: { 'bot-bottle.image': definition.name },
      forcerm: true,
      rm: true,
      abortSignal: signal,
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()), tale.hear);
    });
  } catch (thrown) {
    if (signal.aborted) throw new BottleError('cancelled', `${name} was cancelled.`, { cause: thrown });
    throw failed(definition, base, tale.step(), engineWords(thrown), thrown);
  }
  if (signal.aborted) throw new BottleError('cancelled', `${name} was cancelled.`);
  // A failed step ends the stream like a success; only the event tells.
  const error = tale.error();
  if (error !== undefined) throw failed(definition, base, tale.step(), [error, ...tale.lastWords()].join('\n'));
}

interface Tale {
  hear(event: unknown): void;
  step(): string;
  error(): string | undefined;
  lastWords(): readonly string[];
}

/** Follows a build: reports steps and bytes, and remembers what an error message needs. */
function createTale(name: string, progress: Progress): Tale {
  const layers = new Map<string, number>();
  let step = 'before its first step';
  let fraction = 0;
  let error: string | undefined;
  let words: string[] = [];
  return {
    hear: (event) => {
      const news = readBuildEvent(event);
      if (news.kind === 'error') error = news.text;
      else if (news.kind === 'output') words = [...words, ...news.text.trim().split('\n')].slice(-12);
      else if (news.kind === 'bytes') {
        layers.set(news.layer, news.current);
        progress.report({ name, fraction, bytes: [...layers.values()].reduce((sum, one) => sum + one, 0), detail: step });
      } else if (news.kind === 'step') {
        step = `step ${news.number} of ${news.of}, ${news.text}`;
        fraction = (news.number - 1) / news.of;
        words = [];
        progress.report({ name, fraction, detail: step });
      }
    },
    step: () => step,
    error: () => error,
    lastWords: () => words,
  };
}

function failed(definition: ImageDefinition, base: string, step: string, words: string, cause?: unknown): BottleError {
  const noBase = definition.from === 'base' && /pull|registry|manifest|resolve|lookup|no such host|timeout|dial tcp/i.test(words) && /^(before|step \d+ of \d+, FROM)/.test(step);
  const hint = noBase
    ? `The base image ${base} could not be fetched. Without an image registry, run \`node scripts/images/base.mjs\`, which makes one from Debian's packages, or name one you have in BOT_BOTTLE_BASE_IMAGE.`
    : 'If downloads fail behind a TLS-inspecting proxy, name its PEM file in BOT_BOTTLE_EXTRA_CA.';
  return new BottleError('image-failed', `The ${definition.name} image could not be built (${step}): ${words}`, { hint, cause });
}

async function contextArchive(definition: ImageDefinition): Promise<Buffer> {
  const pack = createPack();
  for (const file of definition.files) pack.entry({ name: file.name, mode: file.mode, mtime: new Date(0) }, file.content);
  pack.finalize();
  return buffer(pack);
}
