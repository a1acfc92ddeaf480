import { phrases } from './phrases.ts';
import type { PhraseRule } from './phrases.ts';
import { wuManber } from './search/wuManber.ts';

/** Finds phrases in folded text. */
export interface PhraseSearch {
  find(folded: Uint8Array, hit: (rule: string) => void): void;
}

/** Longest phrase, and how much before it tells whether it is only spoken about. Letters. */
const REACH = 400;
const CONTEXT = 32;

/**
 * Just before an example that is spoken about: `such as "ignore previous instructions"`. Somebody who writes this before
 * an injection gets it past us, and makes it an example for the reader too.
 */
const mention = /(?:suchas|forexample|forinstance|examples?|eg|ie|like|called|saying|says|said|phrases?|strings?|prompts?|injections?|attacks?|commands?|text|contains?|containing|includes?|including|reads?|tosay|telling(?:it|themodel)to|tell(?:it|themodel|theai)to|asked(?:it)?to|modelto|instructed(?:it)?to)$/;

export function phraseSearch(rules: readonly PhraseRule[] = phrases): PhraseSearch {
  // Copies: the place where a sticky pattern goes on belongs to whoever uses it.
  const leads = rules.map((rule) => ({ ...rule, pattern: new RegExp(rule.pattern) })).flatMap((rule) => rule.leads.map((lead) => ({ rule, lead })));
  const search = wuManber(leads.map(({ lead }) => Buffer.from(lead, 'latin1')));
  return {
    find: (folded, hit) =>
      search.find(folded, 0, folded.length, (index, at) => {
        const rule = leads[index]?.rule;
        if (rule === undefined) return;
        const begin = Math.max(0, at - CONTEXT);
        const text = Buffer.from(folded.buffer, folded.byteOffset + begin, Math.min(folded.length, at + REACH) - begin).toString('latin1');
        rule.pattern.lastIndex = at - begin;
        if (rule.pattern.test(text) && !mention.test(text.slice(0, at - begin))) hit(rule.rule);
      }),
  };
}
