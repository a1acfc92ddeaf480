import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';
import { type Approval, approvalSchema } from '../../../schemas/protocol/approvals.ts';
import { writeAtomic } from '../files/atomic.ts';

/** Which approval: one agent of one workspace. */
export interface ApprovalKey {
  /** Real path of the workspace folder. */
  readonly workspace: string;
  readonly agent: string;
}

/** What is on file: an approval, nothing, or something that cannot be believed, with the reason as a sentence. */
export type FiledApproval =
  | { readonly kind: 'approved'; readonly approval: Approval }
  | { readonly kind: 'none' }
  | { readonly kind: 'unbelievable'; readonly reason: string };

/** Largest approval that is read, in bytes: a manifest of the largest size, escaped. */
const largest = 8 * 1024 * 1024;

/**
 * Reads what the person agreed to last time. Believed only when the file is ours alone to write, is whole, is about
 * this agent and its text has its hash; anything else counts as never approved.
 */
export async function readApproval(home: string, key: ApprovalKey): Promise<FiledApproval> {
  const path = approvalFile(home, key);
  const unbelievable = (why: string): FiledApproval => ({ kind: 'unbelievable', reason: `The approval on file (${path}) ${why}, so it does not count.` });
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT')) return undefined;
    return null;
  });
  if (file === undefined) return { kind: 'none' };
  if (file === null) return unbelievable('cannot be opened');
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > largest) return unbelievable('is not an ordinary file');
    if (process.geteuid !== undefined && (stat.uid !== process.geteuid() || (stat.mode & 0o022) !== 0)) return unbelievable('can be written by somebody else');
    const parsed = approvalSchema.safeParse(json(await file.readFile('utf8')));
    if (!parsed.success) return unbelievable('is damaged');
    const approval = parsed.data;
    if (approval.workspace !== key.workspace || approval.agent !== key.agent) return unbelievable('is about another agent');
    if (sha256(approval.text) !== approval.sha256) return unbelievable('does not match its own hash');
    return { kind: 'approved', approval };
  } finally {
    await file.close();
  }
}

/** Files what the person agreed to, in place of what they agreed to before. */
export async function writeApproval(home: string, approval: Approval): Promise<void> {
  await mkdir(approvalFolder(home), { recursive: true, mode: 0o700 });
  await writeAtomic(approvalFile(home, approval), `${JSON.stringify(approvalSchema.parse(approval), null, 2)}\n`);
}

/** Absolute path of the approval of one agent: a hash of both names, so that no name can lead elsewhere. */
export function approvalFile(home: string, { workspace, agent }: ApprovalKey): string {
  return join(approvalFolder(home), `${sha256(`${workspace}\0${agent}`).slice(0, 32)}.json`);
}

function approvalFolder(home: string): string {
  return join(home, 'approvals');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
