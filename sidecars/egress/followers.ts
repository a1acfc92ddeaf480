import { logLineSchema } from '../../schemas/protocol/egressLog.ts';
import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { ControlPeer } from '../runtime/controlServer.ts';
import type { LineLog } from '../runtime/lineLog.ts';

/**
 * Tells one host every line from `offset` on, old ones first, until it hangs up: one reader at a position, so that none
 * is lost or told twice. A host that reads slowly is told slowly and holds up nobody; lines that it comes too late for are
 * left out, and it sees that from the offsets.
 */
export async function tellLines(log: LineLog, offset: number, peer: ControlPeer): Promise<void> {
  const news = new News(log, peer.gone);
  for (let at = offset; !peer.gone.aborted; ) {
    const slice = log.slice(at);
    if (slice === undefined) {
      await news.come();
      continue;
    }
    for (const { line: text, end } of slice.lines) {
      const line = parseLine(text);
      if (line !== undefined) peer.send({ type: 'verdict', offset: end, segment: slice.segment, line });
    }
    at = slice.next;
    await peer.flushed();
  }
}

/** Remembers that a line came, so that one between looking and waiting is not missed. */
class News {
  readonly #gone: AbortSignal;
  #pending = true;
  #wake: () => void = () => undefined;

  constructor(log: LineLog, gone: AbortSignal) {
    this.#gone = gone;
    const poke = (): void => {
      this.#pending = true;
      this.#wake();
    };
    const unlisten = log.listen(poke);
    gone.addEventListener('abort', () => {
      unlisten();
      poke();
    }, { once: true });
  }

  async come(): Promise<void> {
    if (!this.#pending && !this.#gone.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#pending = false;
  }
}

function parseLine(text: string): LogLine | undefined {
  try {
    return logLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
