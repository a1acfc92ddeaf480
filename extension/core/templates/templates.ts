import { providerNames } from '../providers/names.ts';

/** A bottle for a common case, and the agent that goes with it. `«...»` marks what a person fills in. */
export interface Template {
  readonly title: string;
  /** What it is for, one sentence. */
  readonly detail: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** The provider that its bottle names. */
  readonly provider: string;
  /** Text of `bottles/<name>.md`. */
  readonly bottle: string;
  /** What the agent is told; the body of `agents/<name>.md`. */
  readonly prompt: string;
}

const careful = '«You work in a sealed copy of the project. A person reviews every change before it reaches their files.»';

const claudeProvider = `agent_provider:
  template: claude
  # Name of a variable of your environment, or of a credential stored with "Bottle: Store Credential".
  # \`claude setup-token\` prints a value for it.
  auth_token: «BOT_BOTTLE_CLAUDE_OAUTH_TOKEN»
`;

/** A key of the person's, for a forge whose own key is `hostKey`. */
const ownKey = (hostKey: string): string => `      # The key stays outside; the gate scans what is pushed.
      key:
        provider: static
        path: «~/.ssh/id_ed25519»
      host_key: ${hostKey}
`;

const deployKey = `      # The gate makes a deploy key for each bottle and takes it back afterwards.
      key:
        provider: gitea
        forge_token_env: «GITEA_KEY_TOKEN»
`;

const gitGate = (url: string, key: string): string => `git-gate:
  user:
    name: «Your Name»
    email: «you@example.com»
  repos:
    origin:
      url: ${url}
${key}`;

/** Common cases by name, which is also the name proposed for the files. */
export const templates = {
  shell: {
    title: 'Shell',
    detail: 'A plain shell without any network. Needs no key.',
    icon: 'terminal',
    provider: 'shell',
    bottle: `---
agent_provider:
  template: shell
# Hosts the bottle may reach. Everything else is refused and logged.
# egress:
#   routes:
#     - host: «registry.npmjs.org»
---
A plain shell for looking round. It works on a copy of the folder and reaches nothing.
`,
    prompt: '',
  },
  claude: {
    title: 'Claude Code',
    detail: 'Claude Code with your credential, which the agent itself never sees.',
    icon: 'sparkle',
    provider: 'claude',
    bottle: `---
${claudeProvider}# Further hosts the bottle may reach. Everything else is refused and logged.
# egress:
#   routes:
#     - host: registry.npmjs.org
---
Claude Code on a copy of the folder. The proxy outside the bottle puts the credential in.
`,
    prompt: careful,
  },
  codex: {
    title: 'Codex',
    detail: 'Codex with the login of this machine or with an API key, which the agent itself never sees.',
    icon: 'sparkle',
    provider: 'codex',
    bottle: `---
agent_provider:
  template: codex
  # The login that \`codex login\` left on this machine. The agent gets a placeholder.
  forward_host_credentials: «true»
# Further hosts the bottle may reach. Everything else is refused and logged.
# egress:
#   routes:
#     - host: registry.npmjs.org
---
Codex on a copy of the folder. The proxy outside the bottle puts the credential in.
`,
    prompt: careful,
  },
  pi: {
    title: 'Pi with a local model',
    detail: 'Pi with a model server on this machine or in your network. Needs no key.',
    icon: 'chip',
    provider: 'pi',
    bottle: `---
agent_provider:
  template: pi
  settings:
    provider: ollama
    base_url: «http://127.0.0.1:11434/v1»
    models:
      - «qwen2.5-coder:7b»
    context_window: «32768»
    max_tokens: «4096»
---
Pi on a copy of the folder, with a model of your own.
`,
    prompt: careful,
  },
  github: {
    title: 'GitHub',
    detail: 'Claude Code that may fetch from one GitHub account, read its API and push through the git gate.',
    icon: 'github',
    provider: 'claude',
    bottle: `---
${claudeProvider}${gitGate('git@github.com:«owner»/«repository».git', ownKey('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'))}egress:
  routes:
    - host: github.com
      matches:
        - paths:
            - value: /«owner»
      git:
        fetch: true
    # Reading only: issues, pull requests, files.
    - host: api.github.com
      auth:
        scheme: Bearer
        token_ref: «GITHUB_TOKEN»
      matches:
        - methods: [GET, HEAD]
---
Work on one GitHub repository.
`,
    prompt: careful,
  },
  gitlab: {
    title: 'GitLab',
    detail: 'Claude Code that may fetch from one GitLab group, read its API and push through the git gate.',
    icon: 'git-merge',
    provider: 'claude',
    bottle: `---
${claudeProvider}${gitGate('git@gitlab.com:«group»/«project».git', ownKey('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf'))}egress:
  routes:
    # The API below /api/v4 for reading, and the repositories of the group for fetching.
    - host: gitlab.com
      auth:
        scheme: Bearer
        token_ref: «GITLAB_TOKEN»
      matches:
        - paths:
            - value: /api/v4
          methods: [GET, HEAD]
        - paths:
            - value: /«group»
      git:
        fetch: true
---
Work on one GitLab project.
`,
    prompt: careful,
  },
  gitea: {
    title: 'Gitea',
    detail: 'Claude Code with a Gitea of your own: deploy keys made by the gate, API for reading.',
    icon: 'git-branch',
    provider: 'claude',
    bottle: `---
${claudeProvider}${gitGate('ssh://git@«gitea.example.com»/«owner»/«repository».git', deployKey)}egress:
  routes:
    - host: «gitea.example.com»
      # For a Gitea in your own network:
      # private_addresses: true
      auth:
        scheme: token
        token_ref: «GITEA_TOKEN»
      matches:
        - paths:
            - value: /api/v1
          methods: [GET, HEAD]
---
Work on one repository of your Gitea.
`,
    prompt: careful,
  },
  node: {
    title: 'Node development',
    detail: 'Claude Code with the npm registry to read from.',
    icon: 'package',
    provider: 'claude',
    bottle: `---
${claudeProvider}egress:
  routes:
    # Packages may be read, not published.
    - host: «registry.npmjs.org»
      matches:
        - methods: [GET, HEAD]
---
Node development: packages may be installed, nothing may be published.
`,
    prompt: careful,
  },
  python: {
    title: 'Python development',
    detail: 'Claude Code with PyPI to read from.',
    icon: 'package',
    provider: 'claude',
    bottle: `---
${claudeProvider}egress:
  routes:
    # Packages may be read, not published: the index, and the files it names.
    - host: «pypi.org»
      matches:
        - methods: [GET, HEAD]
    - host: «files.pythonhosted.org»
      matches:
        - methods: [GET, HEAD]
---
Python development: packages may be installed, nothing may be published.
`,
    prompt: careful,
  },
  go: {
    title: 'Go development',
    detail: 'Claude Code with the Go module proxy and its checksum database.',
    icon: 'package',
    provider: 'claude',
    bottle: `---
${claudeProvider}egress:
  routes:
    - host: «proxy.golang.org»
      matches:
        - methods: [GET, HEAD]
    - host: «sum.golang.org»
      matches:
        - methods: [GET, HEAD]
---
Go development: modules may be read.
`,
    prompt: careful,
  },
} as const satisfies Readonly<Record<string, Template>>;

export type TemplateName = keyof typeof templates;

/** The provider that a template's bottle waits for, because this build does not have it; null when it can be started. */
export function missingProvider(name: TemplateName): string | null {
  const { provider } = templates[name];
  return providerNames.includes(provider) ? null : provider;
}

/** Every template, those that can be started first. */
export const templateNames: readonly TemplateName[] = Object.keys(templates)
  .filter(isTemplateName)
  .sort((a, b) => Number(missingProvider(a) !== null) - Number(missingProvider(b) !== null));

/** Whether a value, from a link, a pick or a command line, names a template. */
export function isTemplateName(value: unknown): value is TemplateName {
  return typeof value === 'string' && Object.hasOwn(templates, value);
}

/** Text of an agent in a bottle, with marks as in a template. */
export function agentTemplate(bottle: string, prompt: string): string {
  return `---\nbottle: ${bottle}\n---\n${prompt === '' ? '' : `${prompt}\n`}`;
}
