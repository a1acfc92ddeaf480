import * as z from 'zod';
import { budgetSchema } from './budget.ts';
import { parseHostPattern } from './hostPattern.ts';
import { impossible } from './impossible.ts';
import { report } from './issue.ts';
import { denyRuleSchema, matchRuleSchema } from './matchRule.ts';
import { passthroughMistakes } from './passthrough.ts';
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

const detectorsSchema = <T extends readonly [string, ...string[]]>(names: T) =>
  z.union([z.literal(false), z.array(z.enum(names))], { error: `expected false or a list of ${names.join(', ')}` }).optional();

/**
 * The place or places the agent may reach under one rule. Any one entry of `matches` must fit; inside an entry every
 * given dimension must: any one of its paths, any one of its methods, all of its headers, every parameter of the query.
 * Without `matches` everything is allowed. What fits an entry of `deny` is blocked whatever allows it, at every place that
 * the host covers: any port where none is written, any depth below `*.`.
 */
export const routeSchema = z
  .strictObject({
    /** `name`, `*.name` or an address, and a port; without a port 443, and 80 for `http://` when `plaintext` is set. */
    host: checked((text) => parseHostPattern(text)),
    auth_scheme: authSchemeSchema.optional(),
    /** Name of the credential slot, never its value. */
    token_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a slot is named like an environment variable').optional(),
    matches: z.array(matchRuleSchema).min(1, 'an empty list can never match; leave matches out to allow everything').optional(),
    /** Requests that are blocked whatever allows them; `true` blocks the whole place. */
    deny: z
      .union([z.literal(true), z.array(denyRuleSchema).min(1, 'an empty list denies nothing; leave deny out')], { error: 'expected true, which blocks the whole host, or a list of entries like those of matches' })
      .optional(),
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
    /** TLS goes to the host as it is: nothing inside is read, scanned or changed. Other rules cannot stand beside it. */
    tls_passthrough: z.boolean().optional(),
    budget: budgetSchema.optional(),
  })
  .superRefine((route, context) => {
    for (const mistake of [...impossible(route), ...passthroughMistakes(route)]) report(context, mistake);
    if ((route.auth_scheme === undefined) === (route.token_env === undefined)) return;
    const [given, missing] = route.auth_scheme === undefined ? ['token_env', 'auth_scheme'] : ['auth_scheme', 'token_env'];
    context.addIssue({ code: 'custom', path: [given], message: `needs ${missing} beside it` });
  });
export type Route = z.infer<typeof routeSchema>;
export type { MatchRule } from './matchRule.ts';
