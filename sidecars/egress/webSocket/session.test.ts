import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { timeLimits } from '../limits.ts';
import { closing, frame } from './frames.ts';
import { converse } from './session.ts';

it('lets others have their turn between the messages of one chunk', async () => {
  const stream = (): Duplex => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const [agent, upstream] = [stream(), stream()];
  const turns: number[] = [];
  let others = 0;
  let seen = 0;
  const scan = {
    message: (data: Buffer) => {
      // Longer than anybody may hold up others.
      for (const since = performance.now(); performance.now() - since < 6; );
      turns.push(others);
      if (++seen === 5) upstream.push(frame(closing(1000, ''), false));
      return Promise.resolve({ release: [data], findings: [] });
    },
  };
  const quiet = { message: (data: Buffer) => Promise.resolve({ release: [data], findings: [] }) };
  const count = setInterval(() => others++, 0);
  const nothing = Buffer.alloc(0);
  agent.push(Buffer.concat([...Array.from({ length: 5 }, () => frame({ kind: 'text', data: Buffer.from('a') }, true)), frame(closing(1000, ''), true)]));
  await converse({ stream: agent, head: nothing, scan, clean: (data) => data }, { stream: upstream, head: nothing, scan: quiet, clean: (data) => data }, () => undefined, timeLimits);
  clearInterval(count);
  expect(turns).toHaveLength(6);
  expect(turns.at(-1)).toBeGreaterThan(turns[0] ?? 0);
});
