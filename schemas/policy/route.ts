import * as z from 'zod';
import { parseHostPattern } from './hostPattern.ts';
import { impossible } from './impossible.ts';
import { report } from './issue.ts';
import { allowableMethods, forbiddenMethods, isAllowableMethod } from './methods.ts';
import { canonicalPath } from './path.ts';
import { compilePathPattern, compilePattern } from './pattern.ts';
import { isStrippedHeader } from './strippedHeaders.ts';
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

/** What follows a finding in an answer: a line in the log, a header that warns the agent, or no answer. */
export const inboundActions = ['log', 'warn', 'block'] as const;

const checked = (check: (text: string) => Result<unknown>) =>
  z.string().superRefine((text, context) => {
    const result = check(text);
    if (!result.ok) context.addIssue({ code: 'custom', message: result.reason });
  });

const methodSchema = z
  .string()
  .refine((method) => !forbiddenMethods.includes(method.toUpperCase()), 'TRACE, TRACK and CONNECT are always blocked')
  .refine((method) => forbiddenMethods.includes(method.toUpperCase()) || isAllowableMethod(method.toUpperCase()), `a method is one of ${allowableMethods.join(', ')}`);

const pathRuleSchema = z
  .strictObject({ type: z.enum(['prefix', 'exact', 'regex']).optional(), value: z.string().min(1) })
  .superRefine((rule, context) => {
    const result = rule.type === 'regex' ? compilePathPattern(rule.value) : canonicalRule(rule.value);
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
    const result: Result<unknown> = rule.type === 'regex' ? compilePattern(rule.value) : headerValue(rule.value);
    if (!result.ok) context.addIssue({ code: 'custom', path: ['value'], message: result.reason });
    if (isStrippedHeader(rule.name)) report(context, { path: ['name'], message: `${rule.name} is taken off before rules are asked, so this can never match`, hint: 'Take the rule out.' });
  });

/** RFC 9110 section 5.5: a field value has no control characters, and readers cut white space at its ends. */
function headerValue(value: string): Result<unknown> {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return { ok: false, reason: 'no header carries such a character, so this can never match' };
  if (value.trim() !== value) return { ok: false, reason: 'white space at the ends of a header value is cut off, so this can never match' };
  return { ok: true, value };
}

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
 * The place or places the agent may reach under one rule. Any one entry of `matches` must fit; inside an entry every
 * given dimension must: any one of its paths, any one of its methods, all of its headers. Without `matches` every path,
 * method and header is allowed.
 */
export const routeSchema = z
  .strictObject({
    /** `name`, `*.name` or an address, and a port; without a port 443, and 80 for `http://` when `plaintext` is set. */
    host: checked((text) => parseHostPattern(text)),
    auth_scheme: authSchemeSchema.optional(),
    /** Name of the credential slot, never its value. */
    token_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a slot is named like an environment variable').optional(),
    matches: z.array(matchSchema).min(1, 'an empty list can never match; leave matches out to allow everything').optional(),
    git: z.strictObject({ fetch: z.boolean().optional() }).optional(),
    dlp: z
      .strictObject({
        outbound_detectors: detectorsSchema(outboundDetectors),
        inbound_detectors: detectorsSchema(inboundDetectors),
        /** Absent = `log`. */
        inbound_action: z.enum(inboundActions).optional(),
      })
      .optional(),
    /** Permits an upstream on a loopback, private or link-local address. */
    private_addresses: z.boolean().optional(),
    /** Permits `http://`. A credential is never put into such a request. */
    plaintext: z.boolean().optional(),
    /** Permits WebSocket; every message is scanned, both ways. */
    websocket: z.boolean().optional(),
    /** Permits `%2F` and `%5C` where paths are restricted: servers disagree whether they divide segments. */
    encoded_slash: z.boolean().optional(),
  })
  .superRefine((route, context) => {
    for (const mistake of impossible(route)) report(context, mistake);
    if ((route.auth_scheme === undefined) === (route.token_env === undefined)) return;
    const [given, missing] = route.auth_scheme === undefined ? ['token_env', 'auth_scheme'] : ['auth_scheme', 'token_env'];
    context.addIssue({ code: 'custom', path: [given], message: `needs ${missing} beside it` });
  });
export type Route = z.infer<typeof routeSchema>;
export type MatchRule = NonNullable<Route['matches']>[number];
