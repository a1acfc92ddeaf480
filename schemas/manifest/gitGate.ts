import * as z from 'zod';
import { filled, httpUrl, variableName } from './keys.ts';

/** Git writes `name <email>` on one line, so neither may hold what ends it. */
const gitText = filled.refine((text) => !/[\r\n<>]/.test(text), 'must be one line without < and >.');

/** Author identity of commits made inside; both fields may stand alone. */
export const gitUserSchema = z.strictObject({ name: gitText.optional(), email: gitText.optional() });
export type GitUser = z.infer<typeof gitUserSchema>;

const keySchema = z.discriminatedUnion(
  'provider',
  [
    z.strictObject({ provider: z.literal('static'), path: filled }),
    z.strictObject({ provider: z.literal('gitea'), forge_token_env: variableName, api_url: httpUrl.optional() }),
  ],
  { error: () => 'needs provider: static (with path) or provider: gitea (with forge_token_env, and api_url if it is not the upstream host).' },
);

/** An upstream over SSH: `ssh://user@host[:port]/path` or `user@host:path`. */
const sshUrl = filled.refine(
  (text) => /^ssh:\/\/[A-Za-z0-9._-]+@[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/[^\s-][^\s]*$/.test(text) || /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^\s/-][^\s]*$/.test(text),
  'must be an SSH address: ssh://user@host/path or user@host:path.',
);

/** One upstream as a file writes it; `url` and `key` may come from the parent bottle. */
export const gitRepoSchema = z.strictObject({ url: sshUrl.optional(), key: keySchema.optional(), host_key: filled.optional() });
export type WrittenGitRepo = z.infer<typeof gitRepoSchema>;

/** An upstream that the gate forwards to, whole. */
export interface GitRepo {
  readonly url: string;
  readonly key: z.infer<typeof keySchema>;
  readonly host_key?: string | undefined;
}

export const gitGateSchema = z.strictObject({
  user: gitUserSchema.optional(),
  repos: z
    .record(z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be a name of letters, digits, ".", "_" and "-".').refine((name) => !/^\.{1,2}$/.test(name), 'must not be "." or "..".'), gitRepoSchema)
    .optional(),
});
