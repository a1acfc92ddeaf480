import { expect, test } from 'vitest';
import { allowedRequests } from '../../bench/fuzz/framingOracle.ts';
import { fuzzFraming } from '../../bench/fuzz/framing.ts';

test('six hundred mutated requests: nothing arrives upstream that a strict reader denies, nothing hangs, nothing breaks', async () => {
  const report = await fuzzFraming({ count: 600, seed: 7 });
  expect(report.failures).toEqual([]);
  // An oracle that denies everything, or a proxy that does, would prove nothing.
  expect(report.passed).toBeGreaterThan(150);
});

test('the oracle denies what is ambiguous', () => {
  const head = 'POST /x HTTP/1.1\r\nHost: a.test:1\r\n';
  expect(allowedRequests(`${head}Content-Length: 2\r\n\r\nab`, 'a.test:1')).toEqual([{ method: 'POST', target: '/x', body: 'ab' }]);
  for (const text of [`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, `${head}Content-Length : 2\r\n\r\nab`, `${head}Host: a.test:1\r\n\r\n`, `${head}Content-Length: 9\r\n\r\nab`]) {
    expect(allowedRequests(text, 'a.test:1')).toEqual([]);
  }
});
