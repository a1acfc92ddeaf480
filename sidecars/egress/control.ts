import { logLineSchema } from '../../schemas/protocol/egressLog.ts';
import type { ControlRequest, SidecarHealth } from '../../schemas/protocol/control.ts';
import type { ControlPeer } from '../runtime/controlServer.ts';
import type { LineLog } from '../runtime/lineLog.ts';
import { liveFrom, withRoutes } from './live.ts';
import type { Proxy } from './proxy.ts';

/** A follower that reads this many bytes too slowly is cut; it resumes from its offset. */
const MOST_WAITING = 8 * 1024 * 1024;

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
        return { configured: proxy.live !== undefined, routes: proxy.live?.policy.routes.length ?? 0, logBytes: log.bytes, pid: process.pid, incident: proxy.incidents.current ?? null } satisfies SidecarHealth;
      case 'follow':
        return follow(proxy, log, request.offset, peer);
      case 'stop':
        setImmediate(stop);
        return undefined;
    }
  };
}

/** Old lines first, then live ones: one reader at a position, so that none is lost or told twice. */
function follow(proxy: Proxy, log: LineLog, offset: number, peer: ControlPeer): void {
  const tell = (line: string, end: number): void => {
    if (peer.waiting > MOST_WAITING) return peer.hangUp();
    const parsed = parseLine(line);
    if (parsed !== undefined) peer.send({ type: 'verdict', offset: end, line: parsed });
  };
  for (const { line, end } of log.lines(offset, log.bytes)) tell(line, end);
  const unlisten = log.listen(tell);
  peer.gone.addEventListener('abort', unlisten, { once: true });
  peer.gone.addEventListener('abort', proxy.incidents.listen((incident) => peer.send({ type: 'incident', incident })), { once: true });
}

function parseLine(line: string): ReturnType<typeof logLineSchema.parse> | undefined {
  try {
    return logLineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
