import type { Incident } from '../../schemas/protocol/incident.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { CANARY } from './dlp/scanner.ts';

/** Where a request was going when something was found in it. */
export interface Errand {
  readonly host: string;
  readonly port: number;
  readonly method: string;
}

/** Closes the bottle's egress for good once a canary was seen: whoever sent it has read what nobody had to read. */
export class IncidentSwitch {
  readonly #listeners = new Set<(incident: Incident) => void>();
  #current: Incident | undefined;

  /** What happened, if anything did. */
  get current(): Incident | undefined {
    return this.#current;
  }

  /** True when a canary is among the findings; the first time everything that listens is told. */
  sighted(findings: readonly Finding[], { host, port, method }: Errand): boolean {
    const found = findings.find((finding) => finding.detector === CANARY);
    if (found === undefined) return false;
    if (this.#current !== undefined) return true;
    const incident: Incident = { at: new Date().toISOString(), canary: found.rule, host, port, method, where: found.where };
    this.#current = incident;
    for (const listener of this.#listeners) listener(incident);
    return true;
  }

  /** The answer to everything after an incident; undefined while there was none. */
  refusal(host: string): Denial | undefined {
    const { canary } = this.#current ?? {};
    if (canary === undefined) return undefined;
    return denial(403, 'incident', `the egress of this bottle is closed: ${canary}, which is bait, was on its way out`, host, 'Nothing leaves this bottle any more. Stop, and tell the person who started it what you were doing.');
  }

  /** Called at the incident, or at once when it has happened. Returns what ends the listening. */
  listen(listener: (incident: Incident) => void): () => void {
    this.#listeners.add(listener);
    if (this.#current !== undefined) listener(this.#current);
    return () => void this.#listeners.delete(listener);
  }
}
