import { describe, expect, test } from 'vitest';
import { createDetachKeys } from './detachKeys.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (typed: Uint8Array): string => new TextDecoder().decode(typed);

describe('detach keys', () => {
  test('ordinary typing passes untouched', () => {
    const { forward, detach } = createDetachKeys()(bytes('héllo\r\u001b[A'));
    expect([text(forward), detach]).toEqual(['héllo\r\u001b[A', false]);
  });

  test('Ctrl-P Ctrl-Q detaches, also split over two reads, and what follows is dropped', () => {
    expect(createDetachKeys()(bytes('ab\u0010\u0011cd'))).toEqual({ forward: bytes('ab'), detach: true });
    const keys = createDetachKeys();
    expect(keys(bytes('a\u0010'))).toEqual({ forward: bytes('a'), detach: false });
    expect(keys(bytes('\u0011'))).toEqual({ forward: bytes(''), detach: true });
  });

  test('a Ctrl-P meant for the agent arrives with the next key', () => {
    const keys = createDetachKeys();
    expect(text(keys(bytes('\u0010')).forward)).toBe('');
    expect(text(keys(bytes('x')).forward)).toBe('\u0010x');
  });

  test('Ctrl-P twice then Ctrl-Q sends one Ctrl-P and detaches', () => {
    expect(createDetachKeys()(bytes('\u0010\u0010\u0011'))).toEqual({ forward: bytes('\u0010'), detach: true });
  });

  test('a lone Ctrl-Q is the agent\'s', () => {
    expect(createDetachKeys()(bytes('\u0011'))).toEqual({ forward: bytes('\u0011'), detach: false });
  });
});
