import type { BackendName, DoctorCheck } from '../../../schemas/protocol/bottle.ts';
import { backendNames } from '../../../schemas/protocol/bottle.ts';
import type { Backend } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';

/** Order of preference when nobody chose: no daemon and no image first. */
const preference: readonly BackendName[] = ['bubblewrap', 'docker'];

/** A chosen backend must work; without a choice the first one that works is taken. Says everything that is missing; rejects when aborted. */
export async function chooseBackend(
  backends: ReadonlyMap<BackendName, Backend>,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Backend> {
  if (wanted !== undefined && wanted !== '') {
    const backend = named(backends, wanted);
    const missing = await missingFor(backend, signal);
    if (missing.length > 0) throw unavailable([backend.name], missing);
    return backend;
  }
  const problems: DoctorCheck[] = [];
  const tried: BackendName[] = [];
  for (const name of preference) {
    const backend = backends.get(name);
    if (backend === undefined) continue;
    tried.push(name);
    const missing = await missingFor(backend, signal);
    if (missing.length === 0) return backend;
    problems.push(...missing);
  }
  throw unavailable(tried, problems);
}

/** Programs that were broken off together with us look like programs that fail: then nothing is known, and nothing chosen. */
async function missingFor(backend: Backend, signal: AbortSignal): Promise<readonly DoctorCheck[]> {
  const checks = await backend.probe(signal);
  signal.throwIfAborted();
  return checks.filter((check) => !check.ok);
}

/** Looks a backend up by the name a person wrote. Throws `usage` with the known names. */
export function named(backends: ReadonlyMap<BackendName, Backend>, name: string): Backend {
  const known = backendNames.find((one) => one === name);
  const backend = known === undefined ? undefined : backends.get(known);
  if (backend === undefined) {
    throw new BottleError('usage', `There is no backend "${name}".`, { hint: `Known here: ${[...backends.keys()].join(', ')}.` });
  }
  return backend;
}

function unavailable(tried: readonly BackendName[], problems: readonly DoctorCheck[]): BottleError {
  const first = problems[0];
  return new BottleError('backend-unavailable', `No bottle can run here with ${tried.join(' or ')}: ${problems.map((check) => check.detail.replace(/\.$/, '')).join('; ')}.`, {
    hint: first?.fix ?? '',
    actions: [{ title: 'Doctor', command: 'botBottle.doctor' }],
  });
}
