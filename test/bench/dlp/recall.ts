import { createScanner, detectorsOf } from '../../../sidecars/egress/dlp/scanner.ts';
import type { BodyAbout, KnownSecret, Scanner, ScanStep } from '../../../sidecars/egress/dlp/scanner.ts';
import { evasions, sent } from './evasions.ts';
import { random } from '../../support/random.ts';
import { alphanumeric } from './alphabets.ts';
import { carriers, tokenMakers } from './tokens.ts';

export const everything = detectorsOf(undefined);

/** Made-up credentials of all usual lengths. */
export function secretsOf(count: number, seed: number): KnownSecret[] {
  const r = random(seed);
  return Array.from({ length: count }, (_, i) => ({ name: `SECRET_${i}`, value: r.text(`${alphanumeric}_-`, 24 + r.below(40)), home: ['upstream.example'], kind: 'credential' as const }));
}

/** One body through a scan, in chunks. */
export async function scan(scanner: Scanner, body: Buffer, about: Partial<BodyAbout> = {}, chunk = body.length): Promise<ScanStep> {
  const scanned = scanner.body({ host: 'elsewhere.example', detectors: everything, ...about });
  const steps: ScanStep[] = [];
  for (let at = 0; at < body.length; at += Math.max(1, chunk)) steps.push(await scanned.push(body.subarray(at, at + Math.max(1, chunk))));
  steps.push(await scanned.end());
  const refusal = steps.find((step) => step.refusal !== undefined)?.refusal;
  return { release: steps.flatMap(({ release }) => release), findings: steps.flatMap(({ findings }) => findings), ...(refusal === undefined ? {} : { refusal }) };
}

/** How many of how many were found. */
export interface Recall {
  readonly found: number;
  readonly all: number;
  readonly missed: readonly string[];
}

/** Known secrets and tokens as they are, in what an agent would send them in. */
export async function plainRecall(seed: number, each: number): Promise<Recall> {
  const r = random(seed);
  const secrets = secretsOf(10, seed);
  const scanner = createScanner(secrets);
  const missed: string[] = [];
  let all = 0;
  const expectFound = async (token: string, rule: string): Promise<void> => {
    const carrier = carriers[all++ % carriers.length];
    const { findings } = await scan(scanner, Buffer.from(carrier?.(token, r) ?? token));
    if (!findings.some((finding) => finding.rule === rule)) missed.push(rule);
  };
  for (let i = 0; i < each; i++) {
    for (const [rule, make] of Object.entries(tokenMakers)) await expectFound(make(r), rule);
    for (const secret of secrets) await expectFound(secret.value, secret.name);
  }
  return { found: all - missed.length, all, missed };
}

/** Known secrets in every encoding that can be undone. */
export async function evasionRecall(seed: number, each: number): Promise<Recall> {
  const missed: string[] = [];
  let all = 0;
  for (let i = 0; i < each; i++) {
    const secrets = secretsOf(3, seed + i);
    const scanner = createScanner(secrets);
    for (const evasion of evasions.filter(({ beyond }) => !beyond)) for (const secret of secrets) {
      const { body, ...labels } = sent(evasion, secret.value);
      const { findings, refusal } = await scan(scanner, body, labels);
      all++;
      if (refusal === undefined && !findings.some(({ rule }) => rule === secret.name)) missed.push(evasion.name);
    }
  }
  return { found: all - missed.length, all, missed };
}
