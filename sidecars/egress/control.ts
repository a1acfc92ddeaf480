import type { ControlRequest, SidecarHealth } from '../../schemas/protocol/control.ts';
import type { ControlPeer } from '../runtime/controlServer.ts';
import type { LineLog } from '../runtime/lineLog.ts';
import { tellLines } from './followers.ts';
import { liveFrom, withRoutes } from './live.ts';
import type { Proxy } from './proxy.ts';

/** Answers the host. `stop` is called after the reply is under way. */
export function controlHandler(proxy: Proxy, log: LineLog, stop: () => void): (request: ControlRequest, peer: ControlPeer) => unknown {
  return (request, peer) => {
    switch (request.type) {
      case 'configure':
        return proxy.become(liveFrom(request.config));
      case 'replaceRoutes':
        if (proxy.live === undefined) throw new Error('routes cannot be replaced before the first configuration');
        return proxy.become(withRoutes(proxy.live, request.routes, request.credentials));
      case 'health':
        return { configured: proxy.live !== undefined, routes: proxy.live?.policy.routes.length ?? 0, logBytes: log.bytes, logMissing: log.missing, pid: process.pid, incident: proxy.incidents.current ?? null } satisfies SidecarHealth;
      case 'follow':
        return follow(proxy, log, request.offset, peer);
      case 'stop':
        setImmediate(stop);
        return undefined;
    }
  };
}

function follow(proxy: Proxy, log: LineLog, offset: number, peer: ControlPeer): void {
  const tellUsage = (): void => peer.send({ type: 'usage', usage: proxy.usage.counts });
  tellUsage();
  const stops = [proxy.usage.listen(tellUsage), proxy.incidents.listen((incident) => peer.send({ type: 'incident', incident }))];
  for (const stop of stops) peer.gone.addEventListener('abort', stop, { once: true });
  void tellLines(log, offset, peer);
}
