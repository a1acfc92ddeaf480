import * as z from 'zod';
import { filled, httpUrl, variableName } from './keys.ts';

/** Git writes `name <email>` on one line, so neither may hold what ends it. */
const gitText = filled.refine((text) => !/[\r\n<>]/.test(text), 'must be one line without < and >.');

/** Author identity of commits made inside; both fields may stand alone. */
export const gitUserSchema = z.strictObject({
  name: gitText.optional().meta({ description: 'Name of the author of commits made inside.', examples: ['Ada Lovelace'] }),
  email: gitText.optional().meta({ description: 'Mail address of the author of commits made inside.', examples: ['ada@example.com'] }),
});
export type GitUser = z.infer<typeof gitUserSchema>;

const keyProvider = '`static`: a private key that exists on this machine. `gitea`: a deploy key made at the start and revoked at the end.';

const keySchema = z.discriminatedUnion(
  'provider',
  [
    z.strictObject({
      provider: z.literal('static').meta({ description: keyProvider, examples: ['static'] }),
      path: filled.meta({ description: 'Private key file on this machine; `~/` is your home folder. It never enters the bottle.', examples: ['~/.ssh/deploy_key'] }),
    }),
    z.strictObject({
      provider: z.literal('gitea').meta({ description: keyProvider, examples: ['gitea'] }),
      forge_token_env: variableName.meta({ description: 'NAME of the host variable with the forge token that may add deploy keys.', examples: ['GITEA_TOKEN'] }),
      api_url: httpUrl.optional().meta({ description: 'Address of the forge. Without it, `https://` and the host of `url`.', examples: ['https://git.example.com'] }),
    }),
  ],
  { error: () => 'needs provider: static (with path) or provider: gitea (with forge_token_env, and api_url if it is not the upstream host).' },
);

/** An upstream over SSH: `ssh://user@host[:port]/path` or `user@host:path`. */
const sshUrl = filled.refine(
  (text) => /^ssh:\/\/[A-Za-z0-9._-]+@[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/[^\s-][^\s]*$/.test(text) || /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^\s/-][^\s]*$/.test(text),
  'must be an SSH address: ssh://user@host/path or user@host:path.',
);

/** One upstream as a file writes it; `url` and `key` may come from the parent bottle. */
export const gitRepoSchema = z.strictObject({
  url: sshUrl.optional().meta({ description: 'SSH address of the upstream. Needed here or in a parent.', examples: ['git@github.com:acme/app.git', 'ssh://git@git.example.com:2222/acme/app.git'] }),
  key: keySchema.optional().meta({ description: 'The key that opens the upstream. Needed here or in a parent; replaces the whole value of the parent.', examples: [{ provider: 'static', path: '~/.ssh/deploy_key' }] }),
  host_key: filled.optional().meta({ description: 'Public key of the upstream host, as in known_hosts without the host name.', examples: ['ssh-ed25519 AAAA...'] }),
}).meta({ description: 'One upstream by the name of its repository inside: `http://127.0.0.1:9420/NAME.git`.' });
export type WrittenGitRepo = z.infer<typeof gitRepoSchema>;

/** An upstream that the gate forwards to, whole. */
export interface GitRepo {
  readonly url: string;
  readonly key: z.infer<typeof keySchema>;
  readonly host_key?: string | undefined;
}

export const gitGateSchema = z.strictObject({
  user: gitUserSchema.optional().meta({ description: 'Author of commits made inside. Joined with the parent field by field.' }),
  repos: z
    .record(z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be a name of letters, digits, ".", "_" and "-".').refine((name) => !/^\.{1,2}$/.test(name), 'must not be "." or "..".'), gitRepoSchema)
    .optional()
    .meta({ description: 'Upstreams by the name the agent uses. Joined with those of the parent, key by key in one of the same name; `{}` clears them all.' }),
});
