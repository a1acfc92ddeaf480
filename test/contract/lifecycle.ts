import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silentProgress } from '../../extension/core/ports.ts';
import { eventually, Listening } from '../support/backends/read.ts';
import { metadataOf } from '../support/backends/spec.ts';
import { type Bench, idle, seen } from './bench.ts';

const size = { cols: 100, rows: 30 };
const never = (): AbortSignal => new AbortController().signal;

/** Starting, watching, leaving, finding again and ending. */
export function describeLifecycle(use: () => Bench, isolates: boolean): void {
  describe('lifecycle', () => {
    afterEach(() => use().clear());

    it.runIf(isolates)('passes its own probe on a machine where this suite runs', async () => {
      const checks = await use().world.backend.probe(never());
      expect(checks.filter((check) => !check.ok)).toEqual([]);
      expect(checks.length).toBeGreaterThan(0);
    });

    it('shows the first bytes of the terminal to whoever attaches', async () => {
      const { bottle } = await use().start({ script: idle });
      expect(await seen(await bottle.attach(size), /ready/)).toContain('ready');
    });

    it.runIf(isolates)('gives the agent a terminal of the wanted size and tells it of a resize', async () => {
      const { bottle } = await use().start({ script: 'stty size; trap "stty size" WINCH; echo armed; while :; do sleep 0.1; done' });
      const session = await bottle.attach(size);
      const tty = new Listening(session.output);
      await tty.until(/30 100[^]*armed/);
      await session.resize({ cols: 132, rows: 50 });
      await tty.until(/50 132/);
    });

    it('carries keystrokes to the agent', async () => {
      const { bottle } = await use().start({ script: 'read x; echo "got:$x"; exec sleep 1000' });
      const session = await bottle.attach(size);
      session.input.write('hello\n');
      expect(await seen(session, /got:hello/)).toContain('got:hello');
    });

    it('shows a second viewer the scrollback and both the news', async () => {
      const { bottle } = await use().start({ script: 'echo early; read x; echo "late:$x"; exec sleep 1000' });
      const [first, second] = [await bottle.attach(size), await bottle.attach(size)];
      const [one, two] = [new Listening(first.output), new Listening(second.output)];
      await Promise.all([one.until(/early/), two.until(/early/)]);
      second.input.write('x\n');
      await Promise.all([one.until(/late:x/), two.until(/late:x/)]);
    });

    it('keeps running when a viewer detaches', async () => {
      const { bottle } = await use().start({ script: idle });
      const session = await bottle.attach(size);
      await seen(session, /ready/);
      session.detach();
      expect(await session.exited).toBeNull();
      expect(await seen(await bottle.attach(size), /ready/)).toContain('ready');
    });

    it('reports the exit code of the agent to the viewer and the holder', async () => {
      const { bottle } = await use().start({ script: 'read x; exit 7' });
      const session = await bottle.attach(size);
      session.output.resume();
      session.input.write('go\n');
      expect(await session.exited).toBe(7);
      expect(await bottle.exited).toBe(7);
    });

    it('shows the last words of an agent that was quicker than its viewer', async () => {
      const { bottle } = await use().start({ script: 'echo last words; exit 3' });
      expect(await bottle.exited).toBe(3);
      const session = await bottle.attach(size);
      expect(await new Listening(session.output).end()).toContain('last words');
      expect(await session.exited).toBe(3);
    });

    it('leaves nothing after stop, and stop may be called again', async () => {
      const { bottle, spec } = await use().start({ script: idle });
      expect(await use().world.leftovers(spec.slug)).not.toEqual([]);
      await bottle.stop();
      expect(await use().world.leftovers(spec.slug)).toEqual([]);
      await bottle.stop();
    });

    it('stops an agent that ignores every signal', async () => {
      const { bottle, spec } = await use().start({ script: 'trap "" HUP INT TERM QUIT; echo ready; while :; do sleep 1; done' });
      await seen(await bottle.attach(size), /ready/);
      await bottle.stop();
      expect(await use().world.leftovers(spec.slug)).toEqual([]);
    });

    it.each([0, 20, 100, 250])('leaves nothing when a start is aborted after %i ms', async (ms) => {
      const bench = use();
      const { spec } = await bench.make({ script: idle });
      const abort = new AbortController();
      const starting = bench.world.backend.start(spec, silentProgress, abort.signal);
      const outcome = starting.then(
        (bottle) => bottle,
        (error: unknown) => error,
      );
      if (ms === 0) abort.abort();
      else setTimeout(() => abort.abort(), ms);
      const result = await outcome;
      if (result instanceof Error) expect(result).toMatchObject({ name: 'BottleError', code: 'cancelled' });
      else await (await starting).stop();
      expect(await eventually(() => bench.world.leftovers(spec.slug), (left) => left.length === 0)).toEqual([]);
    });

    it('leaves nothing when the start fails on the way', async () => {
      const bench = use();
      const { spec } = await bench.make({ script: idle });
      const broken = { ...spec, argv: ['/no/such/program'] };
      const outcome = await bench.world.backend.start(broken, silentProgress, never()).then(
        async (bottle) => ({ code: await bottle.exited, stop: await bottle.stop() }),
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'BottleError' });
      else expect(outcome).toMatchObject({ code: expect.toSatisfy((code: number) => code !== 0) });
      expect(await bench.world.leftovers(spec.slug)).toEqual([]);
    });

    it('finds a running bottle again by its handle', async () => {
      const bench = use();
      const made = await bench.start({ script: 'echo ready; read x; echo "got:$x"; exit 5' });
      const found = await bench.world.backend.adopt(metadataOf(made, bench.world.backend.name, made.bottle.handle), never());
      if (found === undefined) throw new Error('not found');
      expect(found.slug).toBe(made.spec.slug);
      expect(found.ended).toBeUndefined();
      const session = await found.attach(size);
      const tty = new Listening(session.output);
      await tty.until(/ready/);
      session.input.write('again\n');
      await tty.until(/got:again/);
      expect(await found.exited).toBe(5);
      const later = await eventually(() => bench.world.backend.adopt(metadataOf(made, bench.world.backend.name, made.bottle.handle), never()), (again) => again?.ended !== undefined);
      expect(later?.ended).toBe(5);
      await found.stop();
      expect(await bench.world.leftovers(made.spec.slug)).toEqual([]);
    });

    it('finds nothing of a bottle that was stopped', async () => {
      const bench = use();
      const made = await bench.start({ script: idle });
      await made.bottle.stop();
      await rm(join(made.spec.stateDir, 'exit.json'), { force: true });
      expect(await bench.world.backend.adopt(metadataOf(made, bench.world.backend.name, made.bottle.handle), never())).toBeUndefined();
    });

    it.runIf(isolates)('leaves nothing after a crash and a sweep', async () => {
      const bench = use();
      const made = await bench.start({ script: 'setsid sleep 1001 & echo ready; exec sleep 1000' });
      await seen(await made.bottle.attach(size), /ready/);
      await bench.world.crash(made.bottle);
      await bench.world.backend.sweep(made.stateRoot, new Set(), never());
      expect(await eventually(() => bench.world.leftovers(made.spec.slug), (left) => left.length === 0)).toEqual([]);
      expect(existsSync(made.spec.stateDir)).toBe(true);
    });

    it('sweeps neither what runs whole nor what another home owns', async () => {
      const bench = use();
      const [kept, foreign] = [await bench.start({ script: idle }), await bench.start({ script: idle })];
      await bench.world.backend.sweep(kept.stateRoot, new Set([kept.spec.slug]), never());
      await bench.world.backend.sweep(`${kept.stateRoot}-other`, new Set(), never());
      for (const { bottle } of [kept, foreign]) expect(await seen(await bottle.attach(size), /ready/)).toContain('ready');
    });
  });
}
