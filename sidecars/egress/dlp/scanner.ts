import type { Route } from '../../../schemas/policy/route.ts';
import { inboundDetectors, outboundDetectors } from '../../../schemas/policy/route.ts';
import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import { answerScan } from './answerScan.ts';
import { bodyScan } from './bodyScan.ts';
import { engine } from './engine.ts';
import { frameScan } from './frameScan.ts';
import type { FrameAbout } from './frameScan.ts';
import { headFindings } from './head.ts';
import { scanLimits } from './limits.ts';
import type { ScanLimits } from './limits.ts';

/** A value that must not go anywhere but home. */
export interface KnownSecret {
  /** Shown in findings instead of the value. */
  readonly name: string;
  readonly value: string;
  /** Canonical host names it may go to, or `*.example.com` for every name below; a canary has none. */
  readonly home: readonly string[];
  readonly kind: 'credential' | 'environment' | 'placeholder' | 'canary';
}

export type OutboundDetector = (typeof outboundDetectors)[number];
export type InboundDetector = (typeof inboundDetectors)[number];

/** What is looked for on one route. Canaries are looked for whatever it says. */
export interface Detectors {
  readonly outbound: readonly OutboundDetector[];
  readonly inbound: readonly InboundDetector[];
}

/** A request before its body. Leave out headers that are replaced on the way. */
export interface RequestHead {
  /** Canonical name of the place it goes to. */
  readonly host: string;
  readonly method: string;
  /** Path and query exactly as forwarded. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly detectors: Detectors;
}

/** A body before its first byte. */
export interface BodyAbout {
  /** Canonical name of the place a request goes to, or an answer comes from. */
  readonly host: string;
  readonly detectors: Detectors;
  /** `Content-Type` as sent. Only says how to read, never whether to. */
  readonly contentType?: string;
  /** `Content-Encoding` as sent: codings in the order they were applied. */
  readonly contentEncoding?: string;
  /** `Content-Length`. */
  readonly length?: number;
}

/** What one piece of a body led to. */
export interface ScanStep {
  /**
   * Bytes that may go on, in order and as they came; the rest is held back. Of what leaves, nothing once something was
   * found. Of what comes back, what the findings of this very step are about too: whether it goes on is the route's choice.
   */
  readonly release: readonly Buffer[];
  /** What is new since the last step. */
  readonly findings: readonly Finding[];
  /** A limit or a body that cannot be read: a block, never a pass. One sentence. */
  readonly refusal?: string;
}

/** One scan of one body. Calls must not overlap; `abandon` frees decoders when the body is not read to its end. */
export interface BodyScan {
  push(chunk: Buffer): Promise<ScanStep>;
  end(): Promise<ScanStep>;
  abandon(): void;
}

/** Messages of one WebSocket in one direction, each whole and unmasked. What is split over several is found too. */
export interface FrameScan {
  message(data: Buffer): Promise<ScanStep>;
}

export interface Scanner {
  /** Names of secrets that are not looked for, and why: one sentence each, for the person who started the bottle. */
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
  /** Request line and headers: names, values, cookies, query. Small and synchronous. */
  head(head: RequestHead): readonly Finding[];
  /** What leaves. */
  body(about: BodyAbout): BodyScan;
  /** What comes back: injection phrases, and known secrets that the agent should not see. Never delays a clean byte. */
  answer(about: BodyAbout): BodyScan;
  frame(about: FrameAbout): FrameScan;
}

/** Name of the detector in findings that are certain: bait that nobody but a thief would send. */
export const CANARY = 'canary';

/** Detectors of a route as its file says: absent = all, `false` = none. */
export function detectorsOf(dlp: Route['dlp']): Detectors {
  return {
    outbound: dlp?.outbound_detectors === false ? [] : (dlp?.outbound_detectors ?? outboundDetectors),
    inbound: dlp?.inbound_detectors === false ? [] : (dlp?.inbound_detectors ?? inboundDetectors),
  };
}

/** Tables for `secrets` are built once, here; a scanner keeps nothing between two scans. */
export function createScanner(secrets: readonly KnownSecret[], limits: ScanLimits = scanLimits): Scanner {
  const built = engine(secrets, limits);
  return {
    ignored: built.ignored,
    head: (head) => headFindings(built, head),
    body: (about) => bodyScan(built, about),
    answer: (about) => answerScan(built, about),
    frame: (about) => frameScan(built, about),
  };
}
