import { describe, expect, test } from 'vitest';
import { classifyAddress, refusedAddress } from './addresses.ts';
import { authorityKey, parseAuthority, parseHost } from './host.ts';
import { formatIpv6, parseIpv6 } from './ip.ts';
import { canonicalPath } from './path.ts';
import { parseUrl } from './url.ts';

describe('a host', () => {
  test.each([
    ['ALLOW.Test', 'allow.test'], ['allow.test.', 'allow.test'], ['xn--bcher-kva.example', 'xn--bcher-kva.example'], ['localhost', 'localhost'],
    ['_egress.local', '_egress.local'], ['127.0.0.1', '127.0.0.1'], ['[::1]', '::1'], ['[2001:DB8:0:0:1:0:0:1]', '2001:db8::1:0:0:1'], ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
  ])('%s is %s', (text, host) => {
    expect(parseHost(text)).toMatchObject({ ok: true, value: { host } });
  });

  test.each([
    '', '.', 'a..b', 'allow.test..', '.a', '-a.test', 'a-.test', 'a b', 'a/b', 'a%2eb', 'a@b', 'bücher.example', '①②⑦.⓪.⓪.①', 'a\u00adb.test',
    '2130706433', '0x7f.1', '017700000001', '127.1', '127.0.0.01', '127.0.0.256', '127.0.0.1.', '1.2.3.4.5', '0x7f000001', 'a.0x', 'foo.1',
    '[::1', '::1', '[fe80::1%eth0]', '[1:2:3]', '[::1::]', '[12345::]', '*.allow.test', '*', 'a'.repeat(64), `${'a.'.repeat(130)}b`,
  ])('%j is refused', (text) => {
    expect(parseHost(text).ok).toBe(false);
  });

  test('canonical text is its own canonical text', () => {
    for (const text of ['A.b-c.D.', '[2001:db8::]', '10.0.0.1', 'X_y.test']) {
      const once = parseAuthority(text, 443);
      if (!once.ok) throw new Error(once.reason);
      expect(parseAuthority(authorityKey(once.value), undefined)).toEqual(once);
    }
  });

  test.each([':0443', ':0', ':65536', ':-1', ':443x', ':', ': 443', ':4 43', ':443/x', ':443:443'])('the port %j is refused', (port) => {
    expect(parseAuthority(`allow.test${port}`, 443).ok).toBe(false);
  });

  test('IPv6 text survives a round trip whatever its zero groups', () => {
    for (let mask = 0; mask < 256; mask++) {
      const bytes = Array.from({ length: 16 }, (_, i) => (mask & (1 << (i >> 1)) ? i + 1 : 0));
      expect(parseIpv6(formatIpv6(bytes))).toEqual(bytes);
    }
  });
});

describe('an address', () => {
  test.each([
    ['8.8.8.8', 'public'], ['2606:4700::1111', 'public'], ['127.0.0.1', 'private'], ['127.255.255.255', 'private'], ['10.0.0.1', 'private'],
    ['172.15.255.255', 'public'], ['172.16.0.0', 'private'], ['172.31.255.255', 'private'], ['172.32.0.0', 'public'], ['192.168.0.1', 'private'],
    ['100.63.255.255', 'public'], ['100.64.0.0', 'private'], ['100.127.255.255', 'private'], ['100.128.0.0', 'public'], ['169.254.0.1', 'private'],
    ['169.254.169.254', 'never'], ['100.100.100.200', 'never'], ['168.63.129.16', 'never'], ['0.0.0.0', 'never'], ['0.1.2.3', 'never'],
    ['224.0.0.1', 'never'], ['255.255.255.255', 'never'], ['198.18.0.1', 'private'], ['::', 'never'], ['::1', 'private'], ['fc00::1', 'private'],
    ['fd00:ec2::254', 'never'], ['fe80::1', 'private'], ['ff02::1', 'never'], ['::ffff:10.0.0.1', 'private'], ['::ffff:8.8.8.8', 'public'],
    ['::ffff:169.254.169.254', 'never'], ['64:ff9b::a00:1', 'private'], ['64:ff9b::808:808', 'public'], ['2002:a00:1::', 'private'],
    ['2002:a9fe:a9fe::', 'never'], ['2001:0:4136:e378::', 'never'], ['2001:db8::1', 'private'], ['192.0.2.2', 'private'], ['4000::1', 'never'], ['nonsense', 'never'], ['1.2.3', 'never'],
  ])('%s is %s', (address, kind) => {
    expect(classifyAddress(address).class).toBe(kind);
  });

  test('one bad address refuses the whole answer, and never stays never', () => {
    expect(refusedAddress(['8.8.8.8', '1.1.1.1'], false)).toBeUndefined();
    expect(refusedAddress(['8.8.8.8', '10.0.0.1'], false)).toMatchObject({ address: '10.0.0.1' });
    expect(refusedAddress(['8.8.8.8', '10.0.0.1'], true)).toBeUndefined();
    expect(refusedAddress(['10.0.0.1', '169.254.169.254'], true)).toMatchObject({ range: 'cloud metadata' });
  });
});

describe('a path', () => {
  test.each([
    ['/', '/', ''], ['/a/b', '/a/b', ''], ['/%61pi/v1', '/api/v1', ''], ['/@scope%2fname', '/@scope%2Fname', ''], ['/a?x=/../b', '/a', '?x=/../b'],
    ['/a?', '/a', '?'], ['/a??', '/a', '??'], ['/a%20b', '/a%20b', ''], ['/%e2%82%ac', '/%E2%82%AC', ''], ['/a//b', '/a//b', ''], ['/.well-known/x', '/.well-known/x', ''], ['/...', '/...', ''],
  ])('%s is %s and query %j', (target, path, query) => {
    expect(canonicalPath(target)).toEqual({ ok: true, value: { path, query } });
  });

  test.each([
    '', 'a', '*', '//evil', 'http://x/', '/a/../b', '/..', '/.', '/a/%2e%2e/b', '/a/.%2E/b', '/a/..%2fb', '/a/..%5cb', '/a\\b', '/a/..;/b', '/a/..;x=1/b',
    '/a/%252e%252e/b', '/a/%25252e%25252e/b', '/a%252f..%252fb', '/%zz', '/%', '/%2', '/%c0%ae', '/%e0%80%af', '/%00', '/%2500', '/%0d%0a', '/a#b', '/a b', '/ä', '/a\tb',
  ])('%j is refused', (target) => {
    expect(canonicalPath(target).ok).toBe(false);
  });

  test('canonical form is stable, and no accepted path resolves upwards however often it is decoded', () => {
    const pieces = ['a', '.', '..', '%2e', '%2E%2e', '%252e', '%2f', '/', '%5c', ';x', '%61', ''];
    for (const a of pieces) for (const b of pieces) for (const c of pieces) {
      const result = canonicalPath(`/p/${a}${b}/${c}`);
      if (!result.ok) continue;
      expect(canonicalPath(result.value.path)).toEqual(result);
      let text = result.value.path;
      for (let i = 0; i < 4; i++) text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
      expect(text.split(/[/\\]/)).not.toContain('..');
    }
  });
});

test('a URL is taken apart without folding', () => {
  expect(parseUrl('https://Allow.test/x?y')).toMatchObject({ ok: true, value: { scheme: 'https', authority: { host: 'allow.test', port: 443 }, path: '/x?y' } });
  expect(parseUrl('http://allow.test:8080')).toMatchObject({ ok: true, value: { scheme: 'http', authority: { port: 8080 }, path: '/' } });
  for (const bad of ['ftp://x/', 'https://user@x/', 'https:///x', 'https://0x7f.1/', 'x']) expect(parseUrl(bad).ok).toBe(false);
});
