import { homedir } from 'node:os';
import { positionAt } from '../../../schemas/manifest/frontmatter.ts';
import type { DoctorCheck } from '../../../schemas/protocol/bottle.ts';
import { toBottleError } from '../errors.ts';
import { diagnose } from '../manifests/language/diagnose.ts';
import { diskWorld } from '../manifests/language/diskWorld.ts';
import type { ManifestPlace } from '../manifests/language/place.ts';
import type { World } from '../manifests/language/world.ts';
import type { BottlesDeps } from './deps.ts';

/** One check for each agent and bottle of the home folder, whether or not anything uses it. */
export async function manifestChecks(deps: Pick<BottlesDeps, 'folders' | 'providers' | 'env'>): Promise<readonly DoctorCheck[]> {
  const world = diskWorld({
    roots: () => ({ home: deps.folders.home, workspaces: [] }),
    providers: [...deps.providers.keys()],
    userHome: deps.env['HOME'] ?? homedir(),
    // Only errors are shown; that a variable is not set is none before a start.
    variables: async () => [],
    open: () => undefined,
  });
  const files = await world.files();
  const none = { id: 'manifests', ok: true, detail: 'no agent is defined yet', fix: 'Run "Bottle: Create Starter Bottle" or write one: see docs/manifests.md.' };
  const checks = await Promise.all(files.map((place) => manifestCheck(world, place)));
  return files.some((place) => place.kind === 'agent') ? checks : [none, ...checks];
}

async function manifestCheck(world: World, place: ManifestPlace): Promise<DoctorCheck> {
  const id = place.kind === 'agent' ? `manifest.${place.name}` : `manifest.bottle.${place.name}`;
  const [first, ...others] = await faults(world, place);
  if (first !== undefined) return { id, ok: false, detail: first, fix: others.join('\n') };
  return { id, ok: true, detail: place.kind === 'agent' ? `agent ${place.name} and its bottle are valid` : `bottle ${place.name} is valid`, fix: '' };
}

/** What stops a start, each with its place as compilers print it. */
async function faults(world: World, place: ManifestPlace): Promise<readonly string[]> {
  try {
    const text = (await world.text(place.path)) ?? '';
    const findings = await diagnose(world, place, text);
    return findings.filter((one) => one.severity === 'error').map(({ range, message }) => {
      const { line, column } = positionAt(text, range.start);
      return `${place.path}:${line}:${column}: ${message}`;
    });
  } catch (thrown) {
    return [toBottleError(thrown).message];
  }
}
