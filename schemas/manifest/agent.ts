import * as z from 'zod';
import { manifestName } from './bottle.ts';
import { gitUserSchema, type GitUser } from './gitGate.ts';
import { refusedKey } from './keys.ts';

const skillName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be the name of a folder under ~/.claude/skills: letters, digits, ".", "_" and "-".');

const anything = z.unknown().optional().meta({ description: 'Of Claude Code; of no effect in a bottle.' });

/** Frontmatter of a Claude Code sub-agent: understood there, of no effect here. */
const foreign = {
  name: anything,
  description: anything,
  tools: anything,
  disallowedTools: anything,
  model: anything,
  permissionMode: anything,
  maxTurns: anything,
  mcpServers: anything,
  hooks: anything,
  memory: anything,
  background: anything,
  effort: anything,
  isolation: anything,
  color: anything,
  initialPrompt: anything,
};

/** One agent file. Git remotes and credentials are refused: a cloned repository may ship agents, never reach. */
export const agentSchema = z.strictObject({
  bottle: manifestName.meta({ description: 'Name of the bottle the agent lives in. Needed.', examples: ['claude'] }),
  skills: z.array(skillName).optional().meta({ description: 'Folders under `~/.claude/skills` that the agent gets.', default: [], examples: [['review']] }),
  'git-gate': z.strictObject({
    user: gitUserSchema.optional().meta({ description: 'Author of commits made inside, over the bottle\'s, field by field.' }),
    repos: refusedKey('belongs in a bottle: an agent may come from a cloned repository and must not choose remotes or keys.'),
  }).optional().meta({ description: 'Who commits. Remotes and keys belong in the bottle.' }),
  ...foreign,
});

/** Who works in a bottle: its prompt and skills. */
export interface Agent {
  /** Name of the bottle it lives in. */
  readonly bottle: string;
  readonly skills: readonly string[];
  /** Overlays the bottle's identity field by field. */
  readonly gitUser: GitUser;
  /** The trimmed Markdown body; empty when there is none. */
  readonly prompt: string;
}

/** The agent that a checked file describes. */
export function agentOf(written: z.infer<typeof agentSchema>, body: string): Agent {
  return { bottle: written.bottle, skills: written.skills ?? [], gitUser: written['git-gate']?.user ?? {}, prompt: body.trim() };
}
