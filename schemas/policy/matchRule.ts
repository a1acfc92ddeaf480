import * as z from 'zod';
import { report } from './issue.ts';
import { allowableMethods, forbiddenMethods, isAllowableMethod } from './methods.ts';
import { canonicalPath } from './path.ts';
import { compilePathPattern, compilePattern } from './pattern.ts';
import type { Result } from './result.ts';
import { isStrippedHeader } from './strippedHeaders.ts';

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
  if (value.includes('?')) return { ok: false, reason: 'a path rule has no query; write parameters under query' };
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

const queryRuleSchema = z
  .strictObject({
    /** As it reads once decoded. */
    name: z.string().min(1, 'a parameter has a name').regex(/^[^\x00-\x1f]*$/, 'a query with a control character in a name fits nothing, and is always denied where a deny looks at queries'),
    /** Absent = any value, or no such parameter at all. */
    value: z.string().optional(),
    type: z.enum(['exact', 'regex']).optional(),
  })
  .superRefine((rule, context) => {
    if (rule.type !== 'regex') return;
    if (rule.value === undefined) return report(context, { path: ['type'], message: 'needs a value beside it', hint: 'Write the expression as value, or take type out.' });
    const result = compilePattern(rule.value);
    if (!result.ok) context.addIssue({ code: 'custom', path: ['value'], message: result.reason });
  });

const dimensions = {
  paths: z.array(pathRuleSchema).min(1, 'an empty list can never match').optional(),
  methods: z.array(methodSchema).min(1, 'an empty list can never match').optional(),
  headers: z.array(headerRuleSchema).min(1, 'an empty list can never match').optional(),
};

/** An entry of `matches`: a request fits when every dimension that is there does. */
export const matchRuleSchema = z
  .strictObject({
    ...dimensions,
    /** All parameters there may be; an empty list is a request without any. */
    query: z.array(queryRuleSchema).optional(),
  })
  .refine((match) => Object.keys(match).length > 0, 'an entry needs paths, methods, headers or query; leave matches out to allow everything');
export type MatchRule = z.infer<typeof matchRuleSchema>;

/** An entry of `deny`, of the same shape; where an entry of `matches` would narrow in doubt, this one widens. */
export const denyRuleSchema = z
  .strictObject({
    ...dimensions,
    /** Parameters of which any one denies. */
    query: z.array(queryRuleSchema).min(1, 'an empty list can never deny').optional(),
  })
  .refine((entry) => Object.keys(entry).length > 0, 'an entry needs paths, methods, headers or query; write deny: true to block the whole host');
