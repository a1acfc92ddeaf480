import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { incidentSchema } from '../../schemas/protocol/incident.ts';
import type { Incident } from '../../schemas/protocol/incident.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { CANARY } from './dlp/scanner.ts';
import type { RequestHead, Scanner } from './dlp/scanner.ts';

/** Where a request was going when something was found in it. */
export interface Errand {
  readonly host: string;
  readonly port: number;
  readonly method: string;
}

/** Whether a finding is bait: certain, whatever the route allows. */
export function isCanary(finding: Finding): boolean {
  return finding.detector === CANARY;
}

/** The canaries in a request that is refused anyhow: trying is enough. */
export function canariesIn(scanner: Scanner, head: Omit<RequestHead, 'detectors'>): readonly Finding[] {
  return scanner.head({ ...head, detectors: { outbound: [], inbound: [] } }).filter(isCanary);
}

/**
 * Closes the bottle's egress for good once a canary was seen: whoever sent it has read what nobody had to read. The file
 * at `path` tells the host, and a proxy that starts again.
 */
export class IncidentSwitch {
  readonly #path: string;
  readonly #listeners = new Set<(incident: Incident) => void>();
  #current: Incident | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#current = recorded(path);
  }

  /** What happened, if anything did. */
  get current(): Incident | undefined {
    return this.#current;
  }

  /** True when a canary is among the findings; the first time everything that listens is told. */
  sighted(findings: readonly Finding[], { host, port, method }: Errand): boolean {
    const found = findings.find(isCanary);
    if (found === undefined) return false;
    if (this.#current !== undefined) return true;
    const incident: Incident = { at: new Date().toISOString(), canary: found.rule, host, port, method, where: found.where };
    this.#current = incident;
    record(this.#path, incident);
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

function recorded(path: string): Incident | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  // It was written to close the bottle; a damaged one closes it all the same.
  const unread: Incident = { at: new Date(0).toISOString(), canary: 'a canary of an unreadable record', host: '', port: 0, method: '', where: '' };
  try {
    return incidentSchema.safeParse(JSON.parse(text)).data ?? unread;
  } catch {
    return unread;
  }
}

/** Synchronous, because the refusal waits for it. A disk that takes nothing leaves the switch turned all the same. */
function record(path: string, incident: Incident): void {
  try {
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(incident)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
  } catch (error) {
    process.stderr.write(`egress: the incident could not be recorded: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
