import { EventEmitter } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import type { ContextKeys } from '../contextKeys.ts';
import type { LoadEngine } from '../engine.ts';
import { toBottleError } from '../../core/errors.ts';
import { onlyBackend } from '../settings.ts';
import { machineReady } from './machine.ts';

/** The bottles of this home as last seen, and what this machine and folder offer. Views read it; commands refresh it. */
export class BottleStore {
  readonly #load: LoadEngine;
  readonly #keys: ContextKeys;
  readonly #log: LogOutputChannel;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #bottles: readonly BottleSummary[] = [];
  #running: Promise<void> | undefined;
  #again = false;

  constructor(load: LoadEngine, keys: ContextKeys, log: LogOutputChannel) {
    this.#load = load;
    this.#keys = keys;
    this.#log = log;
  }

  get bottles(): readonly BottleSummary[] {
    return this.#bottles;
  }

  find(slug: string): BottleSummary | undefined {
    return this.#bottles.find((bottle) => bottle.slug === slug);
  }

  /** Lists the bottles again. Calls during a listing lead to one more afterwards. */
  async refresh(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#list().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Looks at machine and manifests, for the empty states of the view. */
  async look(folder: string | undefined): Promise<void> {
    const { bottles } = await this.#load();
    const [agents, report] = await Promise.all([bottles.agents(folder), this.#bottles.length > 0 ? undefined : bottles.doctor(onlyBackend())]);
    await this.#keys.set('agents', agents.length === 0 ? 'none' : 'some');
    await this.#keys.set('machine', report === undefined || machineReady(report.checks) ? 'ready' : 'missing');
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #list(): Promise<void> {
    do {
      this.#again = false;
      try {
        const { bottles } = await this.#load();
        this.#bottles = await bottles.list();
      } catch (thrown) {
        this.#log.error(`Listing the bottles failed: ${toBottleError(thrown).message}`);
      }
      await this.#keys.set('bottles', this.#bottles.length === 0 ? 'none' : 'some');
      this.#changed.fire();
    } while (this.#again);
  }
}
