import { homedir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../schemas/protocol/bottle.ts';
import type { Backend } from './backends/backend.ts';
import { createBubblewrapBackend } from './backends/bubblewrap/backend.ts';
import { createDockerBackend } from './backends/docker/backend.ts';
import type { Bottles } from './bottle/bottles.ts';
import type { Ask } from './bottle/deps.ts';
import { foldersOf } from './bottle/folders.ts';
import { createBottles as createService } from './bottle/service.ts';
import { diskWorld, type WorldGiven } from './manifests/language/diskWorld.ts';
import { createLanguage, type Language } from './manifests/language/language.ts';
import { type Log, type Runtime, type Secrets, systemClock } from './ports.ts';
import { createClaudeProvider } from './providers/claude/claude.ts';
import type { Provider } from './providers/provider.ts';
import { shellProvider } from './providers/shell/shell.ts';

/** What a composition root outside the core has to bring. */
export interface CoreDeps {
  readonly runtime: Runtime;
  /** `$BOT_BOTTLE_HOME`, absolute; `homeFolder` knows the default. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly ask: Ask;
  readonly log: Log;
}

/** `$BOT_BOTTLE_HOME`, or `~/.bot-bottle`. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const set = env['BOT_BOTTLE_HOME'];
  return set === undefined || set === '' ? join(env['HOME'] ?? homedir(), '.bot-bottle') : set;
}

/** The product with everything it ships: both backends, every provider. */
export function createBottles(deps: CoreDeps): Bottles {
  const self = { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
  const folders = foldersOf(deps.home, self, deps.env);
  const backends: readonly Backend[] = [
    createBubblewrapBackend({ runtime: deps.runtime, log: deps.log }),
    createDockerBackend({ runtime: deps.runtime, log: deps.log, env: deps.env }),
  ];
  const providers = providersOf(deps.env, folders.tools);
  return createService({
    folders,
    self,
    env: deps.env,
    secrets: deps.secrets,
    ask: deps.ask,
    log: deps.log,
    clock: systemClock,
    backends: new Map<BackendName, Backend>(backends.map((backend) => [backend.name, backend])),
    providers: new Map(providers.map((provider) => [provider.name, provider])),
  });
}

/** What an editor knows about manifests, over the disk and its open documents. */
export function createManifestLanguage(env: CoreDeps['env'], given: Omit<WorldGiven, 'providers' | 'userHome'>): Language {
  const providers = providersOf(env, '').map((provider) => provider.name);
  return createLanguage(diskWorld({ ...given, providers, userHome: env['HOME'] ?? homedir() }));
}

function providersOf(env: CoreDeps['env'], toolsFolder: string): readonly Provider[] {
  return [createClaudeProvider({ toolsFolder, extraCa: env['BOT_BOTTLE_EXTRA_CA'] || undefined }), shellProvider];
}

export { stateFolder } from './bottle/stateFolder.ts';
export { writeAtomic } from './files/atomic.ts';
export { loadAgent } from './manifests/load.ts';
export { findRequest, readLog } from './egress/logReader.ts';
export { tailOffset } from './egress/logSegments.ts';
export { proposeRoute } from './egress/proposeRoute.ts';
export { routeUsage } from './egress/usage.ts';
export { replayLog } from './egress/replay.ts';
export { errorSentence, explainRequest, readGoodRoutes, readRoutes } from './egress/routesAtHand.ts';
export { TerminalFilter } from './terminal/filter.ts';
export { adviceOn } from '../../schemas/policy/advice.ts';
export { readableHost } from '../../schemas/policy/international.ts';
export { printRoutesFile } from '../../schemas/policy/routesFile.ts';
export { parseTypedUrl } from '../../schemas/policy/url.ts';
export { parseFromPanel } from '../../schemas/protocol/egressPanel.ts';
