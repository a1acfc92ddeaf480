import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import ignore, { type Ignore } from 'ignore';

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
 * Workspace-relative paths, sorted, of files that git ignores and that look like a secret by name. The bottle does not
 * get to see them. Rules come from every `.gitignore` between the repository's root and the file and from
 * `info/exclude`; git is not run.
 */
export async function hiddenFiles(folder: string): Promise<readonly string[]> {
  const candidates: string[] = [];
  await collect(folder, '', candidates, { since: performance.now() });
  if (candidates.length === 0) return [];
  const rules = new IgnoreRules(repositoryRoot(resolve(folder)));
  return candidates.filter((path) => rules.ignores(join(resolve(folder), path))).sort();
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

/** Git's ignore rules below one root, read when a path asks for them. */
class IgnoreRules {
  private readonly read = new Map<string, Ignore>();

  constructor(private readonly root: string) {}

  /** True when the file or a folder above it is ignored; as in git, what lies below an ignored folder stays ignored. */
  ignores(path: string): boolean {
    const parts = relative(this.root, path).split('/');
    return parts.some((_, index) => this.matches(parts.slice(0, index + 1), index < parts.length - 1));
  }

  /** The verdict of the deepest rule file that has one. */
  private matches(parts: readonly string[], isFolder: boolean): boolean {
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const below = parts.slice(depth).join('/') + (isFolder ? '/' : '');
      const verdict = this.rulesOf(join(this.root, ...parts.slice(0, depth)), depth === 0).test(below);
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
    return false;
  }

  private rulesOf(folder: string, isRoot: boolean): Ignore {
    const known = this.read.get(folder);
    if (known !== undefined) return known;
    const rules = ignore();
    if (isRoot) rules.add(readText(excludeFile(folder)));
    rules.add(readText(join(folder, '.gitignore')));
    this.read.set(folder, rules);
    return rules;
  }
}

/** The closest folder upwards that has a `.git`; the folder itself when none does. */
function repositoryRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (statSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at;
    if (dirname(at) === at) return folder;
  }
}

/** `info/exclude` of a repository; a worktree's `.git` is a file that says where the common folder is. */
function excludeFile(root: string): string {
  const pointer = /^gitdir: (.+)$/m.exec(readText(join(root, '.git')))?.[1]?.trim();
  if (pointer === undefined) return join(root, '.git', 'info', 'exclude');
  const own = resolve(root, pointer);
  const common = readText(join(own, 'commondir')).trim();
  return join(common === '' ? own : resolve(own, common), 'info', 'exclude');
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Up to 1 MiB of text; empty for what is no readable regular file. */
function readText(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= 1024 * 1024 ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
