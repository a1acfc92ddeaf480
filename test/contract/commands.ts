import { afterEach, describe, expect, it } from 'vitest';
import { eventually, Listening } from '../support/backends/read.ts';
import { type Bench, collect, idle } from './bench.ts';

/** Commands beside the agent. */
export function describeCommands(use: () => Bench, isolates: boolean): void {
  describe('exec', () => {
    afterEach(() => use().clear());

    it('passes output, errors and the exit code of a command', async () => {
      const { bottle } = await use().start({ script: idle });
      expect(await use().run(bottle, 'echo out; echo err >&2; exit 42')).toEqual({ code: 42, stdout: 'out\n', stderr: 'err\n' });
    });

    it('passes input to its end', async () => {
      const { bottle } = await use().start({ script: idle });
      const text = 'line\n'.repeat(100_000);
      expect((await use().run(bottle, 'wc -c', text)).stdout.trim()).toBe(String(text.length));
      const echoed = await use().run(bottle, 'cat', text);
      expect(echoed.stdout.length).toBe(text.length);
    });

    it.runIf(isolates)('gives a command a terminal of its own, with resize and exit code', async () => {
      const { bottle } = await use().start({ script: idle });
      const session = await bottle.exec({ argv: ['/bin/sh', '-c', 'tty >/dev/null && stty size; read x; stty size; exit 9'], tty: { cols: 99, rows: 33 } });
      const tty = new Listening(session.stdout);
      await tty.until(/33 99/);
      await session.resize({ cols: 111, rows: 44 });
      session.stdin.write('\n');
      await tty.until(/44 111/);
      expect(await session.exited).toBe(9);
    });

    it('runs as the agent does: same user, folder, environment, home and temporary files', async () => {
      const { bottle, spec } = await use().start({ script: 'echo one >/tmp/shared; echo two >"$HOME/shared"; echo three >shared; echo ready; exec sleep 1000' });
      const session = await bottle.attach(spec.size);
      await new Listening(session.output).until(/ready/);
      const { stdout } = await use().run(bottle, isolates ? 'id -u; pwd; echo $BOT_BOTTLE_SLUG; cat /tmp/shared ~/shared shared' : 'echo $BOT_BOTTLE_SLUG');
      const want = isolates ? [String(use().world.owner.uid), spec.guestWorkspace, spec.slug, 'one', 'two', 'three'] : [spec.slug];
      expect(stdout.trim().split('\n')).toEqual(want);
    });

    it('ends the processes of a command that is killed, and of no other', async () => {
      const { bottle } = await use().start({ script: idle });
      const count = async (): Promise<string> => (await use().run(bottle, 'ps -eo args | grep -c "^[s]leep 98765" || true')).stdout.trim();
      const session = await bottle.exec({ argv: ['/bin/sh', '-c', 'sleep 98765 & echo started; sleep 98765'] });
      await new Listening(session.stdout).until(/started/);
      await eventually(count, (found) => found === '2');
      session.kill();
      await eventually(count, (found) => found === '0');
      expect(await session.exited).not.toBe(0);
      expect((await use().run(bottle, 'echo alive')).stdout).toBe('alive\n');
    });

    it('runs many commands at once without mixing them up', async () => {
      const { bottle } = await use().start({ script: idle });
      const all = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => collect(await bottle.exec({ argv: ['/bin/sh', '-c', `read x; echo "${String(index)}:$x"; exit ${String(index)}`] }), `v${String(index)}\n`)),
      );
      expect(all.map(({ code, stdout }) => [code, stdout])).toEqual(all.map((_, index) => [index, `${String(index)}:v${String(index)}\n`]));
    });

    it('says so when the program does not exist', async () => {
      const { bottle } = await use().start({ script: idle });
      const outcome = await bottle.exec({ argv: ['/no/such/program'] }).then(collect, (error: unknown) => (error instanceof Error ? error : new Error(String(error))));
      if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'BottleError' });
      else expect(outcome.code).not.toBe(0);
    });
  });
}
