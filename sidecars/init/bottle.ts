import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EndReason } from '../../schemas/protocol/bottle.ts';
import { type InitConfig, outerPaths } from '../../schemas/protocol/bottleInit.ts';
import { startBridge } from '../bridge/bridge.ts';
import { startAgent } from './agent.ts';
import { diskUse } from './diskUse.ts';
import { writeEtc, writeHome } from './guestFiles.ts';
import { endAtLimits } from './lifetime.ts';
import { mountWorkspace } from './overlay.ts';
import { killTree } from './processTree.ts';
import { Ptys } from './pty.ts';
import { Sandboxes } from './sandbox.ts';
import { limitWatching } from './userShare.ts';

/** How an agent ended: its exit code, and the bound that ended it, if one did. */
export interface End {
  readonly code: number;
  readonly endedBy: EndReason | undefined;
}

/**
 * Prepares the guest, starts bridge and agent, serves the bottle's socket, and resolves with the agent's end. `started`
 * is called when the agent runs and can be attached to. Rejects when the guest cannot be made.
 */
export async function runBottle(config: InitConfig, started: () => void): Promise<End> {
  limitWatching();
  const over = new AbortController();
  const mounted = mountWorkspace(config.workspace);
  writeHome(config);
  const etc = writeEtc(config);
  const ptys = new Ptys();
  const sandboxes = new Sandboxes(config, etc, ptys);
  const bridged = startBridge(config.ports, over.signal);
  await mounted;
  // The agent's first look at its proxy must not be refused.
  await bridged;
  const used = config.limits.diskBytes === undefined ? async () => 0 : await diskUse(config.workspace);
  const agent = startAgent(config, sandboxes, ptys);
  // Loading the WebSocket code while the agent's program starts keeps it out of the way of the first byte.
  const { serveBottle } = await import('./server.ts');
  const serving = await serveBottle(join(outerPaths.run, 'bottle.sock'), agent, sandboxes, ptys);
  const first = await agent.running;
  started();
  let endedBy: EndReason | undefined;
  const unwatch = endAtLimits({ limits: config.limits, terminal: agent.terminal, used }, (reason) => {
    endedBy = reason;
    killTree(first);
  });
  const code = await agent.exited;
  unwatch();
  writeFileSync(join(outerPaths.run, 'scrollback'), agent.terminal.scrollback.content(), { mode: 0o600 });
  await serving.close(code);
  over.abort();
  return { code, endedBy };
}
