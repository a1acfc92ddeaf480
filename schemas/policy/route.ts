import * as z from 'zod';
import { parseAuthority } from './host.ts';
import { canonicalPath } from './path.ts';
import { compilePattern } from './pattern.ts';
import type { Result } from './result.ts';

/**
 * How a credential is written: `Authorization: Bearer T`, `Authorization: token T`, `Authorization: Basic` with
 * `user:password` as the value, `x-api-key: T`; and `query:NAME` for `?NAME=T`.
 */
export const authSchemeSchema = z.union([z.enum(['Bearer', 'token', 'Basic', 'x-api-key']), z.templateLiteral(['query:', z.string().regex(/^[A-Za-z0-9_.~-]{1,64}$/)])], {
  error: 'expected one of Bearer, token, Basic, x-api-key, query:NAME',
});
export type AuthScheme = z.infer<typeof authSchemeSchema>;

/** Detectors for what leaves and for what comes back. Absent = all, `false` = none. */
export const outboundDetectors = ['token_patterns', 'known_secrets'] as const;
export const inboundDetectors = ['naive_injection_detection'] as const;

/** Never allowed by any rule: TRACE echoes the injected credential, CONNECT would be a tunnel inside a tunnel. */
const methodsNobodyGets: readonly string[] = ['TRACE', 'TRACK', 'CONNECT'];

const checked = (check: (text: string) => Result<unknown>) =>
  z.string().superRefine((text, context) => {
    const result = check(text);
    if (!result.ok) context.addIssue({ code: 'custom', message: result.reason });
  });

const methodSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z-]{0,31}$/, 'a method is a word such as GET')
  .refine((method) => !methodsNobodyGets.includes(method.toUpperCase()), 'TRACE, TRACK and CONNECT are always blocked');

const pathRuleSchema = z
  .strictObject({ type: z.enum(['prefix', 'exact', 'regex']).optional(), value: z.string().min(1) })
  .superRefine((rule, context) => {
    const result = rule.type === 'regex' ? compilePattern(rule.value) : canonicalRule(rule.value);
    if (!result.ok) context.addIssue({ code: 'custom', path: ['value'], message: result.reason });
  });

function canonicalRule(value: string): Result<unknown> {
  const result = canonicalPath(value);
  if (!result.ok) return result;
  if (value.includes('?')) return { ok: false, reason: 'a path rule has no query; queries are not matched' };
  return result;
}

const headerRuleSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'not a header name'),
    value: z.string(),
    type: z.enum(['exact', 'regex']).optional(),
  })
  .superRefine((rule, context) => {
    const result: Result<unknown> = rule.type === 'regex' ? compilePattern(rule.value) : { ok: true, value: undefined };
    if (!result.ok) context.addIssue({ code: 'custom', path: ['value'], message: result.reason });
  });

const matchSchema = z
  .strictObject({
    paths: z.array(pathRuleSchema).min(1, 'an empty list can never match').optional(),
    methods: z.array(methodSchema).min(1, 'an empty list can never match').optional(),
    headers: z.array(headerRuleSchema).min(1, 'an empty list can never match').optional(),
  })
  .refine((match) => Object.keys(match).length > 0, 'an entry needs paths, methods or headers; leave matches out to allow everything');

const detectorsSchema = <T extends readonly [string, ...string[]]>(names: T) =>
  z.union([z.literal(false), z.array(z.enum(names))], { error: `expected false or a list of ${names.join(', ')}` }).optional();

/**
 * One host the agent may reach. Any one entry of `matches` must fit; inside an entry every given dimension must, and
 * inside a dimension any one rule. Without `matches` every path, method and header is allowed.
 */
export const routeSchema = z
  .strictObject({
    /** `name` or `name:port`; without a port 443, and 80 for `http://` when `plaintext` is set. */
    host: checked((text) => parseAuthority(text, 443)),
    auth_scheme: authSchemeSchema.optional(),
    /** Name of the credential slot, never its value. */
    token_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a slot is named like an environment variable').optional(),
    matches: z.array(matchSchema).min(1, 'an empty list can never match; leave matches out to allow everything').optional(),
    git: z.strictObject({ fetch: z.boolean().optional() }).optional(),
    dlp: z
      .strictObject({
        outbound_detectors: detectorsSchema(outboundDetectors),
        inbound_detectors: detectorsSchema(inboundDetectors),
      })
      .optional(),
    /** Permits an upstream on a loopback, private or link-local address. */
    private_addresses: z.boolean().optional(),
    /** Permits `http://`. A credential is never put into such a request. */
    plaintext: z.boolean().optional(),
  })
  .superRefine((route, context) => {
    if ((route.auth_scheme === undefined) === (route.token_env === undefined)) return;
    const [given, missing] = route.auth_scheme === undefined ? ['token_env', 'auth_scheme'] : ['auth_scheme', 'token_env'];
    context.addIssue({ code: 'custom', path: [given], message: `needs ${missing} beside it` });
  });
export type Route = z.infer<typeof routeSchema>;
export type MatchRule = NonNullable<Route['matches']>[number];
