import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { FromPanel } from '../../schemas/protocol/egressPanel.ts';
import type { Bottles } from '../core/bottle/bottles.ts';
import type { RouteProposal } from '../core/egress/proposeRoute.ts';
import type { Language } from '../core/manifests/language/language.ts';

/** News from the end of an egress log. `skipped` counts lines that are not valid, `missed` bytes that are gone. */
export interface LogNews {
  readonly lines: readonly LogLine[];
  readonly skipped: number;
  readonly missed: number;
}

/** What the extension uses of the core, all of it behind one lazy load. */
export interface Engine {
  readonly bottles: Bottles;
  readonly language: Language;
  /** The last `tail` bytes of the log first (all of it when that is not given), as one piece; then news until the signal is aborted. */
  followLog(slug: string, signal: AbortSignal, tail?: number): AsyncIterable<LogNews>;
  /** The narrowest change of the bottle's manifest that would let a request of its log pass. Writes nothing. */
  proposeRoute(slug: string, requestId: string): Promise<RouteProposal>;
  parseFromPanel(message: unknown): FromPanel | undefined;
}

/** Loads the core on first use. Rejects with what the core throws while it is put together. */
export type LoadEngine = () => Promise<Engine>;
