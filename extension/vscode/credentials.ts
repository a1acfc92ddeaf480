import { l10n, window } from 'vscode';
import type { SecretStorage } from 'vscode';
import type { Ask } from '../core/bottle/deps.ts';
import type { Secrets } from '../core/ports.ts';

const prefix = 'credential:';
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Credentials by the name of a host variable: the environment first, then the editor's secret storage. */
export class Credentials implements Secrets, Ask {
  readonly #storage: SecretStorage;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(storage: SecretStorage, env: Readonly<Record<string, string | undefined>>) {
    this.#storage = storage;
    this.#env = env;
  }

  async get(name: string): Promise<string | undefined> {
    return this.#env[name] || (await this.#storage.get(prefix + name));
  }

  /** Names that `get` has a value for, sorted. */
  async names(): Promise<readonly string[]> {
    const stored = (await this.#storage.keys()).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    const set = Object.keys(this.#env).filter((name) => variableName.test(name) && this.#env[name] !== '');
    return [...new Set([...stored, ...set])].sort();
  }

  async secret(name: string, prompt: string): Promise<string | undefined> {
    return window.showInputBox({
      title: l10n.t('Secret for {0}', name),
      prompt: prompt || l10n.t('The bottle asks for this value at every start.'),
      password: true,
      ignoreFocusOut: true,
    });
  }

  /** Asks for a name, unless given, and a value, and stores it. Returns the name, or undefined when given up. */
  async store(name?: string): Promise<string | undefined> {
    const chosen =
      name ??
      (await window.showInputBox({
        title: l10n.t('Store Credential'),
        prompt: l10n.t('Name of the variable, as the bottle\'s manifest has it'),
        placeHolder: 'BOT_BOTTLE_CLAUDE_OAUTH_TOKEN',
        ignoreFocusOut: true,
        validateInput: (text) => (variableName.test(text) ? undefined : l10n.t('Letters, digits and underscores, not starting with a digit.')),
      }));
    if (chosen === undefined || !variableName.test(chosen)) return undefined;
    const value = await window.showInputBox({
      title: l10n.t('Store Credential {0}', chosen),
      prompt: l10n.t('Kept in the secret storage of the editor. The agent never sees it. Leave empty to forget it.'),
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined) return undefined;
    if (value.trim() === '') await this.#storage.delete(prefix + chosen);
    else await this.#storage.store(prefix + chosen, value.trim());
    return chosen;
  }
}
