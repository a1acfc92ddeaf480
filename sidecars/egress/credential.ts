import type { HeaderList } from '../../schemas/policy/policy.ts';
import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';
import type { AuthScheme, Route } from '../../schemas/policy/route.ts';

const written: Record<AuthScheme, (token: string) => readonly [string, string]> = {
  Bearer: (token) => ['Authorization', `Bearer ${token}`],
  token: (token) => ['Authorization', `token ${token}`],
  'x-api-key': (token) => ['x-api-key', token],
};

/** Values fit for a header line, by slot. A trailing line end (from a file) is trimmed; any other oddity is refused. */
export function cleanCredentials(values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(values).map(([slot, value]) => {
      const token = value.trim();
      if (!/^[\x21-\x7e]*$/.test(token)) throw new Error(`the credential in ${slot} has characters that no header carries`);
      return [slot, token];
    }),
  );
}

/**
 * The agent's headers with the route's credential in place of whatever the agent put there. `value` is unchanged on
 * routes without one. Refused when the slot is empty: the agent's own header never fills in.
 */
export function withCredential(route: Route, headers: HeaderList, credentials: ReadonlyMap<string, string>): Result<{ readonly headers: HeaderList; readonly injected: boolean }> {
  if (route.auth_scheme === undefined || route.token_env === undefined) return accepted({ headers, injected: false });
  const token = credentials.get(route.token_env);
  if (token === undefined || token === '') return refused(`the credential ${route.token_env} of this route has no value`);
  const without = headers.filter(([name]) => !['authorization', 'x-api-key'].includes(name.toLowerCase()));
  return accepted({ headers: [...without, written[route.auth_scheme](token)], injected: true });
}
