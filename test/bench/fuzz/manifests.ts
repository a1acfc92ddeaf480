import { isMap, isScalar, isSeq } from 'yaml';
import { agentSchema } from '../../../schemas/manifest/agent.ts';
import { bottleSchema } from '../../../schemas/manifest/bottle.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { effectiveBottleWithOrigins } from '../../../schemas/manifest/extends.ts';
import { splitFrontmatter } from '../../../schemas/manifest/frontmatter.ts';
import { parseManifest, yamlDocument } from '../../../schemas/manifest/parse.ts';
import { printManifest, type Plain } from '../../../schemas/manifest/print.ts';
import { type Random, random } from '../../support/random.ts';

type Data = { [key: string]: Plain };

const words = ['vim', 'yes', '1', '0x10', '2020-01-01', 'a: b', 'two\nlines\n', '"', "'", '# no comment', '- x', '{a}', '[', ' lead', 'trail ', 'ünï', '\u2028', '\t', '%', '@', '`', '*', '&a', '!t', '|', '>', '~', 'null', ':', '---', '\\', 'true', 'a #b', '<<', '.5', '1_0'] as const;
const names = ['A', 'PAGER', 'HOME_DIR', 'x1', '_', 'Yes', 'NO'] as const;
const hosts = ['a.example', 'b.example', 'b.example:8443', '*.c.example', '10.1.2.3', '[2001:db8::1]:9000', 'd.example'] as const;

/** Some keys of a table, each written or left out by chance. */
function some(roll: Random, table: Readonly<Record<string, (roll: Random) => Plain>>): Data {
  const data: Data = {};
  for (const [key, make] of Object.entries(table)) if (roll.one(2)) data[key] = make(roll);
  return data;
}

function list(roll: Random, most: number, make: (roll: Random) => Plain): Plain[] {
  return Array.from({ length: 1 + roll.below(most) }, () => make(roll));
}

function route(roll: Random, host: string): Data {
  const wildcard = host.startsWith('*');
  const parts = some(roll, {
    matches: () => [
      { methods: ['GET', roll.pick(['POST', 'head', 'PUT'])] },
      ...(roll.one(2) ? [{ paths: [{ type: roll.pick(['prefix', 'exact']), value: roll.pick(['/v1/', '/a/b', '/x y'.replace(' ', '%20')]) }] }] : []),
    ],
    git: () => ({ fetch: roll.one(2) }),
    dlp: () => some(roll, { outbound_detectors: () => false, inbound_detectors: () => ['naive_injection_detection'] }),
    private_addresses: () => true,
    plaintext: () => roll.one(2),
  });
  const auth = roll.one(2) && !wildcard ? { auth: { scheme: roll.pick(['Bearer', 'token', 'x-api-key']), token_ref: roll.pick(names) } } : {};
  return { host, ...(host.startsWith('10.') ? { ...parts, private_addresses: true } : parts), ...auth };
}

function routes(roll: Random): Plain[] {
  return hosts.filter(() => roll.one(2)).map((host) => route(roll, host));
}

function repo(roll: Random): Data {
  return some(roll, {
    url: () => roll.pick(['git@git.example:a/b.git', 'ssh://me@git.example:22/a']),
    key: () => roll.pick<Plain>([{ provider: 'static', path: '~/.ssh/k' }, { provider: 'gitea', forge_token_env: 'TOKEN' }]),
    host_key: () => 'ssh-ed25519 AAAA',
  });
}

/** Frontmatter of a bottle that the language takes. */
export function randomBottle(roll: Random): Data {
  return some(roll, {
    extends: () => roll.pick(['base', 'other-1']),
    env: () => Object.fromEntries(names.filter(() => roll.one(2)).map((name) => [name, roll.pick<string>(['${HOST}', '?Ask me', '??x', ...words])])),
    agent_provider: () => roll.pick<Plain>([{ template: 'shell' }, { template: 'claude', auth_token: 'T' }, { template: 'pi', settings: { models: ['m', 'yes'], max_tokens: 12 } }, {}]),
    'git-gate': () => some(roll, {
      user: () => some(roll, { name: () => roll.pick(['Ada', 'No', '1e3']), email: () => 'a@b.example' }),
      repos: () => Object.fromEntries((['app', '1', '2.0', '-', 'Yes'] as const).filter(() => roll.one(3)).map((name) => [name, repo(roll)])),
    }),
    egress: () => some(roll, { routes, log: () => roll.below(3) }),
    supervise: () => roll.one(2),
    workspace: () => some(roll, { mode: () => roll.pick(['overlay', 'copy', 'git']), include: () => list(roll, 3, () => roll.pick(['/src/', '*.md', '**/x'])), exclude: () => [], secret_files: () => 'hide' }),
    resources: () => some(roll, { cpus: () => roll.pick<Plain>([2, '1.5']), memory: () => '512MiB', pids: () => 99, idle_time: () => roll.pick(['none', '30m']) }),
  });
}

/** Frontmatter of an agent that the language takes. */
export function randomAgent(roll: Random): Data {
  return { bottle: roll.pick(['dev', 'no-1']), ...some(roll, { skills: () => ['review', 'Yes'], 'git-gate': () => ({ user: { name: 'Ada' } }), model: () => 'x', tools: () => ['Read', 'Bash'] }) };
}

const pieces = ['yes', ': ', '- ', '"', "'", '{', '}', '[', ']', ',', '#', '\n', '  ', '\t', '---\n', '&a ', '*a', '!!str ', '|\n', '<<: ', '__proto__: {a: b}\n', 'constructor: x\n', 'toString: x\n', 'runtime: x\n', 'env: {}\n', '\u0000', '\uFEFF', '\u202E', '\r\n', '? ', '[{', '}]', '[[a]]', '{a: {b: c}}', '[a: b]', '0x1F', '1.5', 'null', '~'] as const;

/** A text with a few slips: bits of YAML put in, characters and lines lost, doubled, moved or swapped. */
export function mutated(roll: Random, text: string): string {
  let result = text;
  for (let slips = 1 + roll.below(3); slips > 0; slips--) result = slip(roll, result);
  return result;
}

function slip(roll: Random, text: string): string {
  const at = roll.below(text.length + 1);
  const lines = text.split('\n');
  const line = roll.below(lines.length);
  const acts = [
    () => text.slice(0, at) + roll.pick(pieces) + text.slice(at),
    () => text.slice(0, at) + text.slice(at + 1 + roll.below(4)),
    () => text.slice(0, at) + text.slice(at, at + 1).toUpperCase() + text.slice(at, at + 1) + text.slice(at + 1),
    () => [...lines.slice(0, line), ...lines.slice(line + 1)].join('\n'),
    () => [...lines.slice(0, line + 1), ...lines.slice(line)].join('\n'),
    () => [...lines.slice(0, line), ` ${lines[line] ?? ''}`, ...lines.slice(line + 1)].join('\n'),
    () => [...lines.slice(0, line), (lines[line] ?? '').replace(/^ {1,2}/, ''), ...lines.slice(line + 1)].join('\n'),
    () => [...lines.slice(line), ...lines.slice(0, line)].join('\n'),
    () => text.slice(0, at) + String.fromCharCode(roll.below(roll.one(8) ? 0xffff : 0x7f)) + text.slice(at),
  ] as const;
  return roll.pick(acts)();
}

/**
 * Reads a text as the product does. Returns whether it was taken, and throws when what was taken lacks a key that the
 * text has or has brackets inside brackets: both are looked for in the syntax tree, a layer below the data that the schema
 * sees.
 */
export function judged(kind: 'agent' | 'bottle', text: string): boolean {
  const source = parseManifest('f.md', text);
  if (!source.ok) return false;
  const lost = (written: unknown): string | undefined => {
    const parts = splitFrontmatter(text);
    if ('message' in parts) return 'frontmatter';
    const { contents } = yamlDocument(parts.yaml);
    if (isNested(contents, false)) throw new Error(`brackets inside brackets were taken in ${JSON.stringify(text)}`);
    return missing(contents, written, '');
  };
  if (kind === 'agent') {
    const checked = checkManifest(source.value, agentSchema);
    return checked.ok && told(lost(checked.value), text);
  }
  const checked = checkManifest(source.value, bottleSchema);
  if (!checked.ok) return false;
  const { faults, bottle } = effectiveBottleWithOrigins([{ source: source.value, written: checked.value }]);
  const variables = Object.keys(checked.value.env ?? {});
  if (faults.length === 0 && variables.some((name) => !bottle.env.has(name))) throw new Error(`a variable was dropped from ${JSON.stringify(text)}`);
  return told(lost(checked.value), text);
}

function told(lost: string | undefined, text: string): true {
  if (lost !== undefined) throw new Error(`${lost} was dropped from ${JSON.stringify(text)}`);
  return true;
}

/** Brackets inside brackets, by what the parser says of each collection's style. */
function isNested(node: unknown, inside: boolean): boolean {
  if (!isMap(node) && !isSeq(node)) return false;
  const flow = node.flow === true;
  const below: readonly unknown[] = isMap(node) ? node.items.map((pair) => pair.value) : node.items;
  return (flow && inside) || below.some((one) => isNested(one, flow));
}

function missing(node: unknown, value: unknown, path: string): string | undefined {
  if (isScalar(node)) return undefined;
  if (isSeq(node)) {
    if (!Array.isArray(value) || value.length !== node.items.length) return path;
    return node.items.map((item, index) => missing(item, value[index], `${path}[${index}]`)).find((one) => one !== undefined);
  }
  if (!isMap(node) || typeof value !== 'object' || value === null) return path;
  const keys = node.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ''));
  if (new Set(keys).size !== keys.length) return path;
  const entries = new Map(Object.entries(value));
  return node.items.map((pair, index) => {
    const key = keys[index] ?? '';
    return entries.has(key) ? missing(pair.value, entries.get(key), `${path}.${key}`) : `${path}.${key}`;
  }).find((one) => one !== undefined);
}

/** How many texts of a run were taken, and how many refused. */
export interface Tally {
  readonly taken: number;
  readonly refused: number;
}

/** Reads `count` mutated manifests. Throws at the first that crashes the reading or loses a key, naming its text. */
export function fuzzManifests(seed: number, count: number): Tally {
  const roll = random(seed);
  let taken = 0;
  for (let index = 0; index < count; index++) {
    const kind = roll.one(5) ? 'agent' : 'bottle';
    const text = mutated(roll, printManifest(kind === 'agent' ? randomAgent(roll) : randomBottle(roll), 'body\n'));
    if (judged(kind, text)) taken++;
  }
  return { taken, refused: count - taken };
}
