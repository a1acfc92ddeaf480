import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { DoctorCheck, DoctorReport } from '../../../schemas/protocol/bottle.ts';
import type { Backend } from '../backends/backend.ts';
import { logCheck } from '../egress/logCheck.ts';
import { toBottleError } from '../errors.ts';
import { named } from './backendChoice.ts';
import type { BottlesDeps } from './deps.ts';
import { manifestChecks } from './doctorManifests.ts';
import { settle } from './settle.ts';
import { readMetadata } from './stateFolder.ts';

/**
 * The truth about this machine. Without a chosen backend the report is ok when at least one backend works; the checks
 * of the others are shown all the same, each with its fix.
 */
export async function doctor(deps: BottlesDeps, request: { readonly backend?: string; readonly slug?: string }): Promise<DoctorReport> {
  const common = [await homeCheck(deps), ...(await manifestChecks(deps))];
  if (request.slug !== undefined) common.push(...(await bottleChecks(deps, request.slug)));
  const chosen = request.backend === undefined ? [...deps.backends.values()].filter((one) => one.name !== 'fake') : [named(deps.backends, request.backend)];
  const reports = await Promise.all(chosen.map((backend) => backendReport(backend)));
  const tools = await toolChecks(deps);
  return {
    ok: common.every((check) => check.ok) && reports.some((report) => report.every((check) => check.ok)),
    checks: [...common, ...reports.flat(), ...tools],
  };
}

async function backendReport(backend: Backend): Promise<readonly DoctorCheck[]> {
  try {
    return await backend.probe(AbortSignal.timeout(20_000));
  } catch (thrown) {
    const error = toBottleError(thrown);
    return [{ id: `${backend.name}.probe`, ok: false, detail: error.message, fix: error.hint }];
  }
}

async function homeCheck(deps: BottlesDeps): Promise<DoctorCheck> {
  const { home } = deps.folders;
  const found = await stat(home).catch(() => undefined);
  if (found === undefined) return { id: 'home', ok: true, detail: `${home} does not exist yet; the first bottle makes it`, fix: '' };
  const writable = await access(home, constants.W_OK).then(() => true, () => false);
  if (!found.isDirectory() || !writable) return { id: 'home', ok: false, detail: `${home} is not a folder you can write to`, fix: `Move ${home} away or set BOT_BOTTLE_HOME.` };
  const open = found.mode & 0o022;
  if (open) return { id: 'home', ok: false, detail: `${home} can be written by others, who could then give a bottle power`, fix: `chmod go-w ${home}` };
  return { id: 'home', ok: true, detail: home, fix: '' };
}

/** Programs that are fetched on first use: not having them yet is no fault. */
async function toolChecks(deps: BottlesDeps): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  for (const provider of deps.providers.values()) {
    const tool = provider.hostTool('bubblewrap');
    if (tool === undefined) continue;
    const found = await tool.find();
    checks.push({
      id: `provider.${provider.name}`,
      ok: true,
      detail: found === undefined ? `${provider.name} is fetched from npm when it is first used with bubblewrap` : `${provider.name} ${found.version}`,
      fix: '',
    });
  }
  return checks;
}

async function bottleChecks(deps: BottlesDeps, slug: string): Promise<DoctorCheck[]> {
  const metadata = await readMetadata(deps.folders.home, slug);
  const after = metadata === undefined ? undefined : await settle(deps, metadata, true);
  if (after === undefined) return [{ id: `bottle.${slug}`, ok: false, detail: `there is no bottle ${slug}`, fix: 'bot-bottle list active shows them.' }];
  const known: DoctorCheck = { id: `bottle.${slug}`, ok: true, detail: `${slug} is ${after.state} on ${after.backend}`, fix: '' };
  const running = after.state === 'running' ? await deps.backends.get(after.backend)?.adopt(after, AbortSignal.timeout(10_000)) : undefined;
  return running === undefined ? [known] : [known, await logCheck(slug, running)];
}
