import { describe, expect, test } from 'vitest';
import { evasions, sent } from '../../../test/bench/dlp/evasions.ts';
import { createScanner, detectorsOf } from './scanner.ts';
import type { BodyAbout, ScanStep } from './scanner.ts';

const secret = 'Zk3_qT9xLw-72bVnRj0PcYh5EaGd8MuS14fo';
const scanner = createScanner([{ name: 'TOKEN', value: secret, home: ['home.test'], kind: 'credential' }]);
const found = { detector: 'known_secrets', rule: 'TOKEN' };

async function scan(body: Buffer, about: Partial<BodyAbout>): Promise<ScanStep> {
  const scanned = scanner.body({ host: 'evil.test', detectors: detectorsOf({ outbound_detectors: ['known_secrets'] }), ...about });
  const first = await scanned.push(body);
  const last = await scanned.end();
  const refusal = first.refusal ?? last.refusal;
  return { release: [...first.release, ...last.release], findings: [...first.findings, ...last.findings], ...(refusal === undefined ? {} : { refusal }) };
}

describe('a known secret in a body is found', () => {
  test('plain', async () => {
    expect(await scan(Buffer.from(`{"note":"${secret}"}`), {})).toMatchObject({ release: [], findings: [{ ...found, where: 'body' }] });
  });

  test.each(evasions.filter(({ beyond }) => !beyond))('written as: $name', async (evasion) => {
    const { body, ...labels } = sent(evasion, secret);
    const { release, findings } = await scan(body, labels);
    expect(findings).toMatchObject([found]);
    expect(release).toEqual([]);
  });
});

test.each(evasions.filter(({ beyond }) => !beyond))('a home is let in, written as: $name', async (evasion) => {
  const { body, ...labels } = sent(evasion, secret);
  const { release, findings } = await scan(body, { ...labels, host: 'home.test' });
  expect(findings).toEqual([]);
  expect(Buffer.concat(release)).toEqual(body);
});

test.each(evasions.filter(({ beyond }) => beyond))('what the documentation says is not found, is not: $name', async (evasion) => {
  expect((await scan(sent(evasion, secret).body, {})).findings).toEqual([]);
});
