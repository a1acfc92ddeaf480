import { expect, test } from 'vitest';
import { startReading, stretch } from './reading.ts';

test('others have their turn once a stretch, however the work is cut, and an abort is heard there', async () => {
  const stop = new AbortController();
  const reading = startReading(stop.signal);
  let turns = 0;
  const others = (): void => {
    turns++;
    if (turns < 4) setImmediate(others);
    else stop.abort();
  };
  setImmediate(others);
  for (let part = 0; part < 5; part++) await reading.did(stretch / 5);
  expect(turns).toBe(1);
  await reading.did(stretch * 10);
  expect(turns).toBe(2);
  const endless = async (): Promise<never> => {
    for (;;) await reading.did(1);
  };
  await expect(endless()).rejects.toThrow('abort');
});

test('what does not fit any more takes nothing, so that smaller files still do', () => {
  const { affords } = startReading(new AbortController().signal, 10);
  expect([affords(6), affords(5), affords(4), affords(0), affords(1)]).toEqual([true, false, true, true, false]);
});
