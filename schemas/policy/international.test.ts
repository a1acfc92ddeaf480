import { domainToASCII, domainToUnicode } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseHost } from './host.ts';
import { parseHostPattern } from './hostPattern.ts';
import { asciiHost, isPlainLabel, readableHost } from './international.ts';
import { decodePunycode, encodePunycode } from './punycode.ts';

/** RFC 3492 section 7.1, and names in use. */
const samples: readonly (readonly [string, string])[] = [
  ['ليهمابتكلموشعربي؟', 'egbpdaj6bu4bxfgehfvwxn'], ['他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'], ['Pročprostěnemluvíčesky', 'Proprostnemluvesky-uyb24dma41a'],
  ['なぜみんな日本語を話してくれないのか', 'n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa'], ['почемужеонинеговорятпорусски', 'b1abfaaepdrnnbgefbadotcwatmq2g4l'], ['安室奈美恵-with-SUPER-MONKEYS', '-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n'],
  ['bücher', 'bcher-kva'], ['münchen', 'mnchen-3ya'], ['😀', 'e28h'],
];

describe('Punycode', () => {
  test.each(samples)('%s is %s, both ways', (text, code) => {
    expect(encodePunycode(text)).toBe(code);
    expect(decodePunycode(code)).toEqual({ ok: true, value: text });
  });

  test.each(['ü', 'a!b', '99999999', 'zzzzzzzzzzzzzzzzzzzzzzzzzzz', '-', 'abc-9'])('%j ends in an answer, and never in another spelling of itself', (code) => {
    const decoded = decodePunycode(code);
    if (decoded.ok && decoded.value !== '') expect(decodePunycode(encodePunycode(decoded.value))).toEqual(decoded);
  });
});

describe('a host as a person writes it', () => {
  test.each(['bücher.example', 'BÜCHER.example', 'münchen.de', '例え.jp', 'почта.рф', 'παράδειγμα.gr', 'पाठ.example', 'ørsted.dk'])('%s is what the URL standard makes of it', (host) => {
    expect(asciiHost(host)).toEqual({ ok: true, value: host.split('.').map((label) => domainToASCII(label) || label).join('.') });
    expect(parseHostPattern(host)).toMatchObject({ ok: true, value: { authority: { host: domainToASCII(host) } } });
  });

  test.each(['straße.de', 'ﬁle.example', 'ｅvil.example', '①.example', 'a\u00adb.example', 'a\u200db.example', 'аpple.com', 'gοogle.com', 'a。b', 'ü!.example', '☃.example', 'ςα.gr'])('%j is refused: write its xn-- form', (host) => {
    expect(asciiHost(host).ok).toBe(false);
  });

  test('only routes may be written in letters; on the wire a host is ASCII', () => {
    expect(parseHost('bücher.example').ok).toBe(false);
    expect(parseHost('xn--bcher-kva.example').ok).toBe(true);
  });

  test.each(['xn--abc-', 'xn--', 'xn--a', 'xn--99999999', 'XN--BCHER-KVA'.toLowerCase().replace('kva', 'kv')])('the label %s stands for nothing, or for plain ASCII, and is refused', (label) => {
    expect(isPlainLabel(label)).toBe(false);
    expect(parseHost(`${label}.example`).ok).toBe(false);
  });

  test('a person is shown the letters beside the name that decides', () => {
    expect(readableHost('xn--bcher-kva.example')).toBe(`${domainToUnicode('xn--bcher-kva.example')} (xn--bcher-kva.example)`);
    expect(readableHost('a.example')).toBe('a.example');
    expect(readableHost('xn--pple-43d.com')).toBe('xn--pple-43d.com');
  });
});
