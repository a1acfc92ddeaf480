import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { BottleError } from '../../../errors.ts';
import { parseEndpoint, type Endpoint, type TlsFiles } from './endpoint.ts';

/** `~/.docker/config.json`, as far as it says which engine is meant. */
const configSchema = z.object({ currentContext: z.string().optional() });

/** `~/.docker/contexts/meta/<sha256 of the name>/meta.json`, written by `docker context create`. */
const contextSchema = z.object({
  Name: z.string(),
  Endpoints: z.object({
    docker: z.object({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() }),
  }),
});

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The engine the `docker` command itself would talk to: `DOCKER_HOST`, then `DOCKER_CONTEXT`, then the current context,
 * then the socket of this machine. Throws `usage` when what is written there cannot be understood.
 */
export async function resolveEndpoint(env: Env): Promise<Endpoint> {
  const host = env['DOCKER_HOST'] ?? '';
  if (host !== '') return parseEndpoint(host, tlsFromEnv(env));
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? '/', '.docker');
  const context = (env['DOCKER_CONTEXT'] ?? '') || (await currentContext(folder));
  if (context !== '' && context !== 'default') return contextEndpoint(folder, context);
  return { kind: 'unix', path: await defaultSocket(env) };
}

function tlsFromEnv(env: Env): TlsFiles | null {
  const verify = (env['DOCKER_TLS_VERIFY'] ?? '') !== '';
  if (!verify && (env['DOCKER_TLS'] ?? '') === '') return null;
  const folder = env['DOCKER_CERT_PATH'] ?? join(env['HOME'] ?? '/', '.docker');
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), verify };
}

async function currentContext(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return '';
  return parse(text, configSchema, join(folder, 'config.json')).currentContext ?? '';
}

async function contextEndpoint(folder: string, name: string): Promise<Endpoint> {
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BottleError('usage', `There is no Docker context named "${name}".`, { hint: '`docker context ls` lists those there are.', cause });
  });
  const { docker } = parse(text, contextSchema, file).Endpoints;
  if (docker.Host === undefined || docker.Host === '') throw new BottleError('usage', `The Docker context "${name}" names no engine.`);
  return parseEndpoint(docker.Host, await contextTls(join(folder, 'contexts', 'tls', id, 'docker'), docker.SkipTLSVerify !== true));
}

async function contextTls(folder: string, verify: boolean): Promise<TlsFiles | null> {
  const file = async (name: string): Promise<string | null> => {
    const path = join(folder, name);
    return (await exists(path)) ? path : null;
  };
  const [ca, cert, key] = await Promise.all([file('ca.pem'), file('cert.pem'), file('key.pem')]);
  return ca === null && cert === null ? null : { ca, cert, key, verify };
}

async function defaultSocket(env: Env): Promise<string> {
  const desktop = join(env['HOME'] ?? '/', '.docker', 'run', 'docker.sock');
  const rootless = env['XDG_RUNTIME_DIR'] === undefined ? undefined : join(env['XDG_RUNTIME_DIR'], 'docker.sock');
  for (const path of ['/var/run/docker.sock', desktop, rootless]) {
    if (path !== undefined && (await exists(path))) return path;
  }
  return '/var/run/docker.sock';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function parse<T>(text: string, schema: z.ZodType<T>, file: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BottleError('usage', `${file} is not what the docker command writes.`, { hint: 'Repair or remove it, or set DOCKER_HOST.', cause });
  }
}
