/** A first bottle and the agent that lives in it. */
export interface Starter {
  readonly title: string;
  readonly detail: string;
  readonly icon: string;
  /** Text of `bottles/<name>.md`. */
  readonly bottle: string;
  /** Text of `agents/<name>.md`. */
  readonly agent: string;
}

const shell: Starter = {
  title: 'Shell',
  detail: 'A plain shell without any network. Needs no key.',
  icon: 'terminal',
  bottle: `---
agent_provider:
  template: shell
# Hosts the bottle may reach. Everything else is refused and logged.
# egress:
#   routes:
#     - host: registry.npmjs.org
---
A plain shell for looking round. It works on a copy of the folder and reaches nothing.
`,
  agent: `---
bottle: shell
---
`,
};

const claude: Starter = {
  title: 'Claude Code',
  detail: 'Claude Code with your credential, which the agent itself never sees.',
  icon: 'sparkle',
  bottle: `---
agent_provider:
  template: claude
  # Name of a variable of your environment, or of a credential stored with "Bottle: Store Credential".
  # \`claude setup-token\` prints a value for it.
  auth_token: BOT_BOTTLE_CLAUDE_OAUTH_TOKEN
# Further hosts the bottle may reach. Everything else is refused and logged.
# egress:
#   routes:
#     - host: registry.npmjs.org
---
Claude Code on a copy of the folder. The proxy outside the bottle puts the credential in.
`,
  agent: `---
bottle: claude
---
You work in a sealed copy of the project. The person reviews every change before it reaches their files.
`,
};

/** What the first run offers, by name of the manifest files. */
export const starters = { shell, claude } as const satisfies Record<string, Starter>;
export type StarterName = keyof typeof starters;

/** Whether a value, from a link or a pick, names a starter. */
export function isStarterName(value: unknown): value is StarterName {
  return typeof value === 'string' && Object.hasOwn(starters, value);
}
