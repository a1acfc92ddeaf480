import { looksRandom } from './entropy.ts';
import { isHome, sameSite } from './homes.ts';
import { wuManber } from './search/wuManber.ts';
import { standsAlone, tokenTable } from './tokenTable.ts';
import type { TokenRule } from './tokenTable.ts';

/** A token that was found, and where it may go. */
export interface Token {
  readonly rule: string;
  readonly text: string;
  /** Whether this host is where such a token belongs. */
  readonly isAtHome: (host: string) => boolean;
}

export interface TokenSearch {
  /** Tokens whose lead lies in `bytes[from, to)`; the rest of a token is read from what follows. */
  find(bytes: Uint8Array, from: number, to: number, hit: (token: Token) => void): void;
}

/** How much of what follows a lead is read, in bytes. A private key of 4096 bits has about 3,300. */
const REACH = 8192;

/** How much of what stands before a lead is read, in bytes: the header of a signed token, and an escape. */
const BEFORE = 1024;

/**
 * A lead that is followed by the next one so soon begins no token: nobody's random part, of which no rule wants less, says
 * `ghp_`. Keeps a text of nothing but leads from being judged at every one of them. Bytes.
 */
const CLOSE = 16;

/** Words that documentation puts into the tokens it shows. */
const example = /example|sample|dummy|placeholder|redacted|changeme|your[-_]?(?:api|key|token|secret)|x{6}|\*{4}|\.{4}|1234567890|0123456789|abcdefgh/i;

/** One search for the leads of all rules; a lead that is met is judged by its own pattern, with what stands before it. */
export function tokenSearch(rules: readonly TokenRule[] = tokenTable): TokenSearch {
  // Copies: the place where a sticky pattern goes on belongs to whoever uses it.
  const leads = rules.map((rule) => ({ ...rule, pattern: new RegExp(rule.pattern), alone: new RegExp(standsAlone(rule.run), 'y') })).flatMap((rule) => rule.leads.flatMap(expanded).map((lead) => ({ rule, lead })));
  const search = wuManber(leads.map(({ lead }) => Buffer.from(lead, 'latin1')));
  return {
    find: (bytes, from, to, hit) => {
      const begin = Math.max(0, from - BEFORE);
      // Once for all leads, and only if there is one: a text a lead would be most of the work where leads stand close together.
      let text: string | undefined;
      const meet = (index: number, at: number): void => {
        text ??= Buffer.from(bytes.buffer, bytes.byteOffset + begin, Math.min(bytes.length, to + REACH) - begin).toString('latin1');
        const rule = leads[index]?.rule;
        if (rule === undefined || (rule.looksBack !== true && !matchesAt(rule.alone, text, at - begin))) return;
        const token = judge(rule, text, at - begin);
        if (token !== undefined) hit(token);
      };
      let [last, lastAt] = [-1, -1];
      search.find(bytes, from, to, (index, at) => {
        if (last >= 0 && at - lastAt >= CLOSE) meet(last, lastAt);
        [last, lastAt] = [index, at];
      });
      if (last >= 0) meet(last, lastAt);
    },
  };
}

function matchesAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Leads with a class of characters at their end, written out. */
function expanded(lead: string): string[] {
  const bracket = lead.indexOf('[');
  if (bracket < 0) return [lead];
  const characters = new RegExp(lead.slice(bracket));
  return Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
    .filter((character) => characters.test(character))
    .map((character) => lead.slice(0, bracket) + character);
}

function judge(rule: TokenRule, text: string, at: number): Token | undefined {
  rule.pattern.lastIndex = at;
  const found = rule.pattern.exec(text);
  if (found === null) return undefined;
  const whole = rule.looksBack === true ? `${found[1] ?? ''}${found[0]}` : found[0];
  if (rule.judge === 'jwt') return isExample(whole) ? undefined : judgeJwt(rule, whole);
  const body = found.slice(1).join('');
  const random = rule.judge === 'pem' ? pemBody(body) : body;
  if (random === undefined || !looksRandom(random.slice(0, 120)) || isExample(whole)) return undefined;
  return { rule: rule.rule, text: whole, isAtHome: (host) => isHome(host, rule.home) };
}

function isExample(text: string): boolean {
  return example.test(text.slice(0, 200));
}

/** The base64 of a private key without line ends, escaped or not, and without `Proc-Type:` lines. */
function pemBody(text: string): string | undefined {
  const lines = text.split(/(?:\\+[rn]|[\s"',])+/).filter((line) => /^[A-Za-z0-9+/=]{16,}$/.test(line));
  const body = lines.join('');
  return body.length >= 64 ? body : undefined;
}

/** A signed token with claims. It may go to who issued it and to whom it was issued for. */
function judgeJwt(rule: TokenRule, text: string): Token | undefined {
  const [first = '', second = ''] = text.split('.', 2);
  const header = jsonObject(first);
  if (header === undefined || !('alg' in header)) return undefined;
  const claims = jsonObject(second);
  if (claims === undefined || Object.keys(claims).length === 0) return undefined;
  // What vendors publish in web pages on purpose, and what jwt.io shows.
  if (claims['role'] === 'anon' || claims['sub'] === '1234567890') return undefined;
  const parties = [claims['iss'], claims['azp'], claims['aud']].flat().filter((party) => typeof party === 'string').map(hostOf);
  return { rule: rule.rule, text, isAtHome: (host) => parties.some((party) => party !== undefined && sameSite(party, host)) };
}

function jsonObject(base64: string): Record<string, unknown> | undefined {
  const text = Buffer.from(base64, 'base64url').toString('utf8');
  // An error costs more than everything else here.
  if (!text.trimEnd().endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function hostOf(party: string): string | undefined {
  try {
    return new URL(party.includes('://') ? party : `https://${party}`).hostname;
  } catch {
    return undefined;
  }
}
