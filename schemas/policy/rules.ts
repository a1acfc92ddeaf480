import { lenientHeaderName, lenientPath, nameReadings, pathReadings, places, valueReadings } from './lenient.ts';
import type { MatchRule } from './matchRule.ts';
import { compilePattern } from './pattern.ts';
import { canonicalPath } from './path.ts';
import { queryParameters } from './query.ts';

/** A rule ready to run; `clause` is its key in the routes file. */
export interface Rule<T> {
  readonly clause: string;
  readonly fits: (subject: T) => boolean;
}

/** Name and value pairs as received, repeated names included. */
export type HeaderList = readonly (readonly [string, string])[];

/** Rules of one entry of `matches` or `deny` by dimension; an absent dimension fits everything. */
export interface CompiledMatch {
  readonly clause: string;
  readonly paths: readonly Rule<string>[] | undefined;
  readonly methods: readonly Rule<string>[] | undefined;
  /** The one dimension whose rules must all fit. */
  readonly headers: readonly Rule<HeaderList>[] | undefined;
  /** Over the whole query, with its `?`. */
  readonly query: Rule<string> | undefined;
}

type PathRule = NonNullable<MatchRule['paths']>[number];
type ValueRule = Pick<NonNullable<MatchRule['query']>[number], 'value' | 'type'>;

/** How one kind of entry reads what it judges. */
interface Reading {
  readonly path: (rule: PathRule) => (path: string) => boolean;
  readonly header: (rule: NonNullable<MatchRule['headers']>[number]) => (headers: HeaderList) => boolean;
  readonly query: (rules: NonNullable<MatchRule['query']>) => (query: string) => boolean;
}

/** An entry of `matches`: what can be read in two ways does not fit. `unseen` answers for headers and a query. */
export function compileMatch(match: MatchRule, clause: string, unseen?: boolean): CompiledMatch {
  return compiled(match, clause, narrow, unseen);
}

/** An entry of `deny`: what some server reads as denied is. `unseen` answers for headers and a query. */
export function compileDeny(entry: MatchRule, clause: string, unseen?: boolean): CompiledMatch {
  return compiled(entry, clause, wide, unseen);
}

/** The entry that everything fits. */
export function everything(clause: string): CompiledMatch {
  return { clause, paths: undefined, methods: undefined, headers: undefined, query: undefined };
}

function compiled(entry: MatchRule, clause: string, reading: Reading, unseen: boolean | undefined): CompiledMatch {
  const answer = unseen === undefined ? undefined : () => unseen;
  return {
    clause,
    paths: entry.paths?.map((rule, i) => ({ clause: `${clause}.paths[${i}]`, fits: reading.path(rule) })),
    methods: entry.methods?.map((method, i) => ({ clause: `${clause}.methods[${i}]`, fits: (subject: string) => subject === method.toUpperCase() })),
    headers: entry.headers?.map((rule, i) => ({ clause: `${clause}.headers[${i}]`, fits: answer ?? reading.header(rule) })),
    query: entry.query === undefined ? undefined : { clause: `${clause}.query`, fits: queryOf(reading.query(entry.query), answer) },
  };
}

/** That there is no query can be seen without one. */
function queryOf(fits: (query: string) => boolean, answer: (() => boolean) | undefined): (query: string) => boolean {
  return answer === undefined ? fits : (query) => (query === '' ? fits(query) : answer());
}

const narrow: Reading = {
  path(rule) {
    if (rule.type === 'regex') return regex(rule.value);
    const wanted = canonical(rule.value);
    if (rule.type === 'exact') return (path) => path === wanted;
    // By segment: `/api` and `/api/` cover `/api/x`, not `/apix`; only `/api` covers `/api` itself.
    const folder = wanted.endsWith('/') ? wanted : `${wanted}/`;
    return (path) => path === wanted || path.startsWith(folder);
  },
  /** Every value of a repeated header must fit, else one could be shown to us and another to the upstream. */
  header(rule) {
    const name = rule.name.toLowerCase();
    const fits = valueFits(rule);
    return (headers) => {
      const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
      return values.length > 0 && values.every(fits);
    };
  },
  /** No parameter but those listed, every value of each as its rule says. */
  query(rules) {
    const byName = new Map(rules.map((rule) => [rule.name, { required: rule.value !== undefined, fits: valueFits(rule) }]));
    const required = [...byName].filter(([, rule]) => rule.required).map(([name]) => name);
    return (query) => {
      const parameters = queryParameters(query);
      return parameters !== undefined && parameters.every(({ name, value }) => byName.get(name)?.fits(value) === true) && required.every((name) => parameters.some((one) => one.name === name));
    };
  },
};

/** A longer path is no honest one, and reading it in every way would hold everybody up. Characters. */
const LONGEST_READ = 8192;

const wide: Reading = {
  path(rule) {
    const fits = anyPlace(rule);
    return (path) => path.length > LONGEST_READ || fits(path);
  },
  header(rule) {
    const name = lenientHeaderName(rule.name);
    const fits = someReadingFits(rule);
    return (headers) => headers.some(([key, value]) => lenientHeaderName(key) === name && fits(value));
  },
  /** Any listed parameter that fits, and whatever nobody can read for certain. */
  query(rules) {
    const loose = rules.map((rule) => ({ names: nameReadings(rule.name), fits: someReadingFits(rule) }));
    return (query) => {
      const parameters = queryParameters(query);
      if (parameters === undefined) return true;
      return parameters.some(({ name, value, literal }) => {
        const read = nameReadings(name);
        return read === undefined || loose.some(({ names, fits }) => (names === undefined || [...read].some((one) => names.has(one))) && (fits(value) || fits(literal)));
      });
    };
  },
};

/** Whether some server may look for a path where the rule is. */
function anyPlace(rule: PathRule): (path: string) => boolean {
  if (rule.type === 'regex') {
    const fits = regex(rule.value, 'any case');
    return (path) => pathReadings(path).some(fits);
  }
  const wanted = lenientPath(canonical(rule.value));
  if (rule.type === 'exact') return (path) => places(path).includes(wanted);
  return (path) => places(path).some((place) => `${place}/`.startsWith(`${wanted}/`));
}

function canonical(path: string): string {
  const result = canonicalPath(path);
  return result.ok ? result.value.path : path;
}

function valueFits({ value, type }: ValueRule): (text: string) => boolean {
  if (value === undefined) return () => true;
  return type === 'regex' ? regex(value) : (text) => text === value;
}

function someReadingFits({ value, type }: ValueRule): (text: string) => boolean {
  if (value === undefined) return () => true;
  const wanted = value.toLowerCase();
  const fits = type === 'regex' ? regex(value, 'any case') : (text: string) => text.toLowerCase() === wanted;
  return (text) => valueReadings(text)?.some(fits) ?? true;
}

function regex(source: string, letters?: 'any case'): (text: string) => boolean {
  const made = compilePattern(source, letters);
  if (!made.ok) throw new TypeError(made.reason);
  return (text) => made.value.matches(text);
}
