import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Workspace } from '../../../schemas/manifest/workspace.ts';
import { IgnoreRules, readText } from './gitIgnore.ts';

/** Names that usually hold a credential. */
const secretNames: readonly RegExp[] = [
  /^\.env(?:\..+)?$|\.env$|^\.envrc$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|ovpn|tfvars|tfstate|secret|secrets)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:$|[._-])/,
  /^\.?credentials?(?:$|[._-])|[._-]credentials?\.[a-z]+$/,
  /^\.?secrets?\.(?:ya?ml|json|toml|ini|txt|properties)$/,
  /service[._-]?account.*\.json$|^(?:gcp|gcloud|firebase)[._-].*key.*\.json$|client_secret.*\.json$/,
  /^\.(?:netrc|pgpass|git-credentials|dockercfg|htpasswd|my\.cnf|boto|s3cfg|vault-token)$|^_netrc$/,
  /^kubeconfig(?:$|\.)|^\.dockerconfigjson$|^local\.settings\.json$|^auth\.json$|^\.terraformrc$/,
];

/** Names that only look like one: templates to be filled in, and public halves. */
const harmlessNames = /\.(?:example|sample|template|tmpl|dist|defaults?|schema)(?:\.[a-z]+)?$|\.pub$|^cacert\.pem$|^ca-bundle\.(?:pem|crt)$/;

/** Package manager files, which are a secret only when somebody wrote a token into them. */
const tokenFiles = new Map<string, RegExp>([
  ['.npmrc', /_auth|_password/i],
  ['.yarnrc.yml', /npmAuth/],
  ['.pypirc', /password/i],
  ['.pip.conf', /:\/\/[^/\s]*:[^/\s]*@/],
  ['pip.conf', /:\/\/[^/\s]*:[^/\s]*@/],
]);

/** Folders of installed packages and of git itself: large, and nobody keeps credentials there. */
const passed = new Set(['node_modules', '.git', '.venv', 'venv', 'site-packages', 'bower_components', '__pycache__']);

/**
 * Workspace-relative paths, sorted, of files that look like a secret by name and that git ignores; of all that look like
 * one with `hide`, of none with `show`. The bottle does not get to see them. Git is not run.
 */
export async function hiddenFiles(folder: string, policy: Workspace['secretFiles'] = 'hide_ignored'): Promise<readonly string[]> {
  if (policy === 'show') return [];
  const candidates: string[] = [];
  await collect(folder, '', candidates, { since: performance.now() });
  if (policy === 'hide' || candidates.length === 0) return candidates.sort();
  const rules = IgnoreRules.of(folder);
  return candidates.filter((path) => rules.ignores(join(resolve(folder), path), false)).sort();
}

async function collect(root: string, at: string, found: string[], state: { since: number }): Promise<void> {
  if (performance.now() - state.since > 20) {
    await setImmediate();
    state.since = performance.now();
  }
  for (const entry of entriesOf(join(root, at))) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!passed.has(entry.name)) await collect(root, path, found, state);
    } else if (entry.isFile() && looksSecret(entry.name, () => readText(join(root, path)))) found.push(path);
  }
}

/** Judges a file name; content is read only for files that are a secret by content. */
export function looksSecret(name: string, content: () => string): boolean {
  const small = name.toLowerCase();
  if (harmlessNames.test(small)) return false;
  const token = tokenFiles.get(small);
  return token === undefined ? secretNames.some((pattern) => pattern.test(small)) : token.test(content());
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
