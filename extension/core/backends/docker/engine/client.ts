import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import type { Endpoint, TlsFiles } from './endpoint.ts';
import { SshAgent } from './sshAgent.ts';

/** A client for one engine. It never asks for a fixed API version: engines refuse one newer than their own. */
export async function createClient(endpoint: Endpoint): Promise<Dockerode> {
  // dockerode fills what it is not told from DOCKER_* of this process, so every option is told.
  const blank = { host: undefined, port: undefined, socketPath: undefined, ca: undefined, cert: undefined, key: undefined, pathPrefix: '/', timeout: undefined };
  switch (endpoint.kind) {
    case 'unix':
      return make({ ...blank, socketPath: endpoint.path, protocol: 'http', agent: new Agent() });
    case 'ssh':
      return make({ ...blank, host: 'docker', port: 80, protocol: 'http', agent: new SshAgent(endpoint.target, endpoint.port) });
    case 'tcp':
      if (endpoint.tls === null) return make({ ...blank, host: endpoint.host, port: endpoint.port, protocol: 'http', agent: new Agent() });
      return make({ ...blank, host: endpoint.host, port: endpoint.port, protocol: 'https', agent: new TlsAgent(await readTls(endpoint.tls)) });
  }
}

/** dockerode's options are wider than its types: `agent` and explicit absence are part of docker-modem's contract. */
function make(options: Record<string, unknown>): Dockerode {
  const typed: Dockerode.DockerOptions = options;
  return new Dockerode(typed);
}

async function readTls(files: TlsFiles): Promise<{ ca?: Buffer; cert?: Buffer; key?: Buffer; rejectUnauthorized: boolean }> {
  const read = async (path: string | null): Promise<Buffer | undefined> => {
    if (path === null) return undefined;
    return readFile(path).catch((cause: unknown) => {
      throw new BottleError('backend-unavailable', `The TLS file ${path} for the Docker engine cannot be read.`, { hint: 'Check DOCKER_CERT_PATH or the Docker context.', cause });
    });
  };
  const [ca, cert, key] = await Promise.all([read(files.ca), read(files.cert), read(files.key)]);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), rejectUnauthorized: files.verify };
}
