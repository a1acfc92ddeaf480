import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/backends/read.ts';
import { type Bench, idle } from './bench.ts';

/** The network: nothing but loopback, and on it the bridge to the sidecar. */
export function describeFence(use: () => Bench): void {
  describe('fence', () => {
    afterEach(() => use().clear());

    it('has no network interface but loopback and no route', async () => {
      const { bottle } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'cut -d: -f1 -s /proc/net/dev | tr -d " "; tail -n +2 /proc/net/route');
      expect(stdout.trim()).toBe('lo');
    });

    it('reaches the sidecar through the bridge and is refused what no route allows', async () => {
      const { bottle } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'curl -s -o /dev/null -w "%{http_code}" http://example.com/; echo; curl -s -o /dev/null -w "%{http_connect}" https://example.com/; echo');
      expect(stdout).toBe('403\n403\n');
    });

    it('answers with the live routes', async () => {
      const { bottle } = await use().start({ script: idle, routes: { log: 1, routes: [{ host: 'only.example.com' }] } });
      const { stdout } = await use().run(bottle, 'curl -s http://_egress.local/allowlist');
      expect(stdout).toContain('only.example.com');
    });

    it('finds no way round the proxy', async () => {
      const { bottle } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'for t in 192.0.2.1 169.254.169.254 1.1.1.1; do curl -s --noproxy "*" --max-time 3 http://$t/ && echo $t; done; getent hosts example.com; echo done');
      expect(stdout).toBe('done\n');
    });

    it('keeps credentials out of the bottle', async () => {
      const secret = `s3cret-${'x'.repeat(20)}`;
      const { bottle } = await use().start({ script: idle, credentials: { API_TOKEN: secret } });
      const { stdout } = await use().run(bottle, `env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null; grep -rs "${secret.slice(0, 4)}""${secret.slice(4)}" /home /tmp /run /etc /workspace`);
      expect(stdout.replace(/grep -rs[^]*?workspace/g, '')).not.toContain(secret);
    });

    it('hides the bridge and everything else outside from the agent', async () => {
      const { bottle } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'ls -d /proc/[0-9]* | wc -l; ps -eo args');
      expect(stdout).not.toMatch(/node|keeper|egress|init\.js|bridge\.js/);
    });

    it('loses all network when the sidecar dies', async () => {
      const { bottle } = await use().start({ script: idle });
      const stream = await bottle.control();
      const { ControlClient } = await import('../../extension/core/egress/controlClient.ts');
      const client = await ControlClient.connect(stream);
      await client.stop().catch(() => undefined);
      await client.closed;
      const ask = (): Promise<string> => use().run(bottle, 'curl -s --max-time 1 -o /dev/null http://example.com/; echo $?').then(({ stdout }) => stdout.trim());
      expect(await eventually(ask, (code) => code !== '0')).not.toBe('0');
    });
  });
}
