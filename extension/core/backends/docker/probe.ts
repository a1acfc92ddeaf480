import type { DoctorCheck } from '../../../../schemas/protocol/bottle.ts';
import { toBottleError } from '../../errors.ts';
import type { Runtime } from '../../ports.ts';
import { connectEngine, type Engine } from './engine/engine.ts';
import { describeEndpoint } from './engine/endpoint.ts';
import { localityOf } from './engine/locality.ts';
import { imageState } from './images/ensure.ts';

/** What the docker checks look with. */
export interface ProbeDeps {
  readonly runtime: Runtime;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** See `Backend.probe`. */
export async function probeDocker(deps: ProbeDeps, signal: AbortSignal): Promise<readonly DoctorCheck[]> {
  let engine: Engine;
  try {
    engine = await connectEngine(deps.env, signal);
  } catch (thrown) {
    // Breaking off says nothing about the engine.
    if (signal.aborted) throw thrown;
    const error = toBottleError(thrown, 'backend-unavailable');
    return [{ id: 'docker.engine', ok: false, detail: error.message, fix: error.hint || 'Run `docker version`; it shows the same error.' }];
  }
  const place = describeEndpoint(engine.endpoint);
  return [
    { id: 'docker.engine', ok: true, detail: `Docker ${engine.version} at ${place} (${engine.info.OperatingSystem}).`, fix: '' },
    seccompCheck(engine),
    workspaceCheck(engine),
    accessCheck(engine),
    await imagesCheck(deps, engine),
  ];
}

function seccompCheck({ info }: Engine): DoctorCheck {
  const ok = (info.SecurityOptions ?? []).some((option) => option.startsWith('name=seccomp'));
  return {
    id: 'docker.seccomp',
    ok,
    detail: ok ? 'The engine filters system calls.' : 'The engine cannot filter system calls (seccomp), so an agent would not be held.',
    fix: ok ? '' : 'Use a kernel and an engine with seccomp, or the bubblewrap backend.',
  };
}

function workspaceCheck(engine: Engine): DoctorCheck {
  const locality = localityOf(engine);
  const detail = locality.local ? 'Workspaces can be mounted as an overlay.' : `Workspaces are copied, because ${locality.reason}.`;
  return { id: 'docker.workspace', ok: true, detail, fix: '' };
}

function accessCheck({ endpoint }: Engine): DoctorCheck {
  const open = endpoint.kind === 'tcp' && endpoint.tls === null && !['127.0.0.1', '::1', 'localhost'].includes(endpoint.host);
  if (open) {
    const detail = 'The engine listens without TLS: whoever reaches that port is root there.';
    return { id: 'docker.access', ok: false, detail, fix: 'Use ssh://user@host, or TLS with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.' };
  }
  return { id: 'docker.access', ok: true, detail: 'Whoever may use this engine is as powerful as root on its machine; an agent never gets its socket.', fix: '' };
}

async function imagesCheck({ runtime, env }: ProbeDeps, { docker }: Engine): Promise<DoctorCheck> {
  try {
    const images = await Promise.all(['sidecar', 'shell', 'claude'].map((name) => imageState({ docker, runtime, env }, name)));
    const detail = images.map(({ tag, present }) => `${tag} ${present ? 'is built' : 'is built at the first start'}`).join(', ');
    return { id: 'docker.images', ok: true, detail: `${detail}.`, fix: '' };
  } catch (thrown) {
    const error = toBottleError(thrown, 'image-failed');
    return { id: 'docker.images', ok: false, detail: error.message, fix: error.hint || 'Run npm run build.' };
  }
}
