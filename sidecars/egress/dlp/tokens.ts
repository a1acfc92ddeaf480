import { looksRandom } from './entropy.ts';
import { isHome, sameSite } from './homes.ts';
import { wuManber } from './search/wuManber.ts';
import { tokenTable } from './tokenTable.ts';
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

/** Longest token that is read, in bytes. A private key of 4096 bits has about 3,300. */
const REACH = 8192;

/** Words that documentation puts into the tokens it shows. */
const example = /example|sample|dummy|placeholder|redacted|changeme|your[-_]?(?:api|key|token|secret)|x{6}|\*{4}|\.{4}|1234567890|0123456789|abcdefgh/i;

/** One search for the leads of all rules; a lead that is met is judged by its own pattern, with what stands before it. */
export function tokenSearch(rules: readonly TokenRule[] = tokenTable): TokenSearch {
  // Copies: the place where a sticky pattern goes on belongs to whoever uses it.
  const leads = rules.map((rule) => ({ ...rule, pattern: new RegExp(rule.pattern) })).flatMap((rule) => rule.leads.flatMap(expanded).map((lead) => ({ rule, lead })));
  const search = wuManber(leads.map(({ lead }) => Buffer.from(lead, 'latin1')));
  return {
    find: (bytes, from, to, hit) =>
      search.find(bytes, from, to, (index, at) => {
        const rule = leads[index]?.rule;
        const token = rule === undefined ? undefined : judge(rule, bytes, at);
        if (token !== undefined) hit(token);
      }),
  };
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

function judge(rule: TokenRule, bytes: Uint8Array, at: number): Token | undefined {
  const before = rule.before ?? 0;
  const begin = Math.max(0, at - before);
  // A token stands by itself: `xghp_` is part of some longer word.
  if (before === 0 && isWord(bytes[at - 1]) && !followsEscape(bytes, at)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + begin, Math.min(bytes.length - begin, before + REACH)).toString('latin1');
  rule.pattern.lastIndex = 0;
  const found = rule.pattern.exec(text);
  const body = found?.[1];
  if (found === null || body === undefined || example.test(found[0].slice(0, 200))) return undefined;
  if (rule.judge === 'jwt') return judgeJwt(rule, body);
  const random = rule.judge === 'pem' ? pemBody(body) : body;
  if (random === undefined || !looksRandom(random.slice(0, 120))) return undefined;
  return { rule: rule.rule, text: found[0], isAtHome: (host) => isHome(host, rule.home) };
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a));
}

/** Whether what looks like the end of a word is the end of an escape: `\n`, `%3D`, `\u003d`. */
function followsEscape(bytes: Uint8Array, at: number): boolean {
  const text = Buffer.from(bytes.subarray(Math.max(0, at - 6), at)).toString('latin1');
  return /(?:\\[abfnrtv0]|%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})$/.test(text);
}

/** The base64 of a private key without line ends, escaped or not, and without `Proc-Type:` lines. */
function pemBody(text: string): string | undefined {
  const lines = text.split('-----')[0]?.split(/(?:\\+[rn]|[\s"',])+/).filter((line) => /^[A-Za-z0-9+/=]{16,}$/.test(line)) ?? [];
  const body = lines.join('');
  return body.length >= 64 ? body : undefined;
}

/** A signed token with claims. It may go to who issued it and to whom it was issued for. */
function judgeJwt(rule: TokenRule, text: string): Token | undefined {
  const [header, claims] = text.split('.').slice(0, 2).map(jsonObject);
  if (header === undefined || claims === undefined || !('alg' in header) || Object.keys(claims).length === 0) return undefined;
  // What vendors publish in web pages on purpose, and what jwt.io shows.
  if (claims['role'] === 'anon' || claims['sub'] === '1234567890') return undefined;
  const parties = [claims['iss'], claims['azp'], claims['aud']].flat().filter((party) => typeof party === 'string').map(hostOf);
  return { rule: rule.rule, text, isAtHome: (host) => parties.some((party) => party !== undefined && sameSite(party, host)) };
}

function jsonObject(base64: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64url').toString('utf8'));
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
