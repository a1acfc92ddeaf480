import * as z from 'zod';

/** How the agent gets the project: a layer over the folder, a copy, or a copy of what git tracks. */
export const workspaceModes = ['overlay', 'copy', 'git'] as const;
export type WorkspaceMode = (typeof workspaceModes)[number];

const pattern = z.string().superRefine((text, context) => {
  const fault = patternFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** Why a text is no pattern here; undefined when it is one. */
function patternFault(text: string): string | undefined {
  if (text.trim() === '') return 'must not be empty.';
  if (/[\r\n\0]/.test(text)) return 'must be one line.';
  if (text.startsWith('!') || text.startsWith('#')) return 'must not start with ! or #: name in include what comes in and in exclude what stays out.';
  if (text.includes('\\')) return 'must not hold a backslash: folders are divided by "/".';
  if (text.split('/').some((part) => part === '.' || part === '..')) return 'must not hold "." or ".." as a folder: patterns stay below the workspace.';
  if (/^\/+$/.test(text)) return 'must name something below the workspace.';
  return undefined;
}

/** `workspace` of a bottle as written. Lists replace those of a parent. */
export const workspaceSchema = z.strictObject({
  mode: z.enum(workspaceModes).optional().meta({
    description: 'How the agent gets the project. `overlay`: a layer over the folder, nothing copied; `copy`: a copy of its own; `git`: a copy of only what git tracks, with the repository and edits not yet committed, but without submodules, and not in a linked worktree, whose repository lies elsewhere. Without it, `overlay` where the backend can and `copy` elsewhere.',
    examples: ['copy'],
  }),
  include: z.array(pattern).min(1).optional().meta({
    description: 'Patterns as in `.gitignore` of what the agent gets to see. Without it, everything.',
    examples: [['/src/', '*.md']],
  }),
  exclude: z.array(pattern).optional().meta({
    description: 'Patterns as in `.gitignore` of what the agent does not get to see; wins over `include`.',
    default: [],
    examples: [['/data/', '*.sqlite']],
  }),
  git_ignored: z.enum(['show', 'hide']).optional().meta({
    description: 'Whether files that git ignores, such as installed packages, are in the bottle. A `git` workspace never has them.',
    default: 'show',
    examples: ['hide'],
  }),
  secret_files: z.enum(['hide_ignored', 'hide', 'show']).optional().meta({
    description: 'What happens to files whose names look like a secret (`.env`, `*.pem`, `id_rsa`, ...). `hide_ignored` hides those that git ignores, `hide` all of them, `show` none. Settled at the start: one that you write while the bottle runs is seen by the agent, unless `mode` is `copy` or `git`.',
    default: 'hide_ignored',
    examples: ['hide'],
  }),
});
export type WrittenWorkspace = z.infer<typeof workspaceSchema>;

/** What of the project is in a bottle, and how it comes there. */
export interface Workspace {
  /** Null leaves the choice to the backend: overlay where it can, else copy. */
  readonly mode: WorkspaceMode | null;
  /** `.gitignore` patterns, relative to the workspace; null is everything. */
  readonly include: readonly string[] | null;
  /** `.gitignore` patterns, relative to the workspace; wins over `include`. */
  readonly exclude: readonly string[];
  readonly gitIgnored: 'show' | 'hide';
  /** `hide_ignored`: those that git ignores too; `hide`: all. */
  readonly secretFiles: 'hide_ignored' | 'hide' | 'show';
}

/** The workspace of a merged bottle, with defaults. */
export function workspaceOf(written: WrittenWorkspace): Workspace {
  return {
    mode: written.mode ?? null,
    include: written.include ?? null,
    exclude: written.exclude ?? [],
    gitIgnored: written.git_ignored ?? 'show',
    secretFiles: written.secret_files ?? 'hide_ignored',
  };
}
