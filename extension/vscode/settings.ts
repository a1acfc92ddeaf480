import { homedir } from 'node:os';
import { join } from 'node:path';
import { workspace } from 'vscode';
import type { BackendName } from '../../schemas/protocol/bottle.ts';
import { backendNames, settingIds } from './ids.ts';

/** The host's environment with our settings laid over it: what the core and `attach` are given. */
export function effectiveEnvironment(): Readonly<Record<string, string | undefined>> {
  const backend = setting(settingIds.backend);
  return {
    ...process.env,
    BOT_BOTTLE_HOME: homeFolder(),
    ...(backend === '' || backend === 'auto' ? {} : { BOT_BOTTLE_BACKEND: backend }),
    ...given('BOT_BOTTLE_BASE_IMAGE', setting(settingIds.baseImage)),
    ...given('BOT_BOTTLE_EXTRA_CA', setting(settingIds.extraCertificates)),
  };
}

/** What to look at when the machine is looked at: the chosen backend, or all of them without a choice. */
export function onlyBackend(): { readonly backend?: BackendName } {
  const backend = backendNames.find((name) => name === effectiveEnvironment()['BOT_BOTTLE_BACKEND']);
  return backend === undefined ? {} : { backend };
}

/** Absolute path of manifests and state: the setting, else `BOT_BOTTLE_HOME`, else `~/.bot-bottle`. */
export function homeFolder(): string {
  const chosen = setting(settingIds.home) || process.env['BOT_BOTTLE_HOME'] || join(homedir(), '.bot-bottle');
  return chosen.startsWith('~/') ? join(homedir(), chosen.slice(2)) : chosen;
}

function setting(id: string): string {
  return workspace.getConfiguration().get<string>(id, '').trim();
}

function given(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}
