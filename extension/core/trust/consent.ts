import type { Approval } from '../../../schemas/protocol/approvals.ts';
import type { LoadedAgent } from '../manifests/load.ts';
import { type FiledApproval, readApproval } from './approvals.ts';
import { reachLines, reachSentence, reachSha256 } from './reach.ts';

/** What a person is shown before an agent of a workspace may start: the document of last time against the one of now. */
export interface ConsentReview {
  /** Absolute path of the agent's file. */
  readonly path: string;
  /** What was agreed to last time; null the first time. */
  readonly approved: string | null;
  readonly present: string;
  /** What the agent could reach, as one sentence. */
  readonly sentence: string;
}

/** Whether a person has to agree, why, and what they would agree to. */
export interface Consent {
  /** One sentence each; the last one says what the agent could reach. Empty when nobody has to agree. */
  readonly reasons: readonly string[];
  /** null when nobody has to agree. */
  readonly review: ConsentReview | null;
  /** What agreeing puts on file, without its date; null for an agent of the home folder, which needs no approval. */
  readonly approval: Omit<Approval, 'approvedAt'> | null;
}

/**
 * A workspace's agent is somebody else's words asking for power. A person agrees to its text and to what its bottle
 * reaches; when either is not what is on file, they are asked again. Reads the home folder, changes nothing.
 */
export async function consentTo(home: string, workspace: string, loaded: LoadedAgent): Promise<Consent> {
  if (loaded.origin === 'home') return { reasons: [], review: null, approval: null };
  const reach = reachLines(loaded.bottle);
  const approval = {
    version: 1 as const,
    workspace,
    agent: loaded.name,
    text: loaded.text,
    sha256: loaded.files[0]?.sha256 ?? '',
    reach: [...reach],
    reachSha256: reachSha256(loaded.bottle),
  };
  const filed = await readApproval(home, approval);
  const why = whyAsk(filed, approval, loaded.agent.bottle);
  if (why === undefined) return { reasons: [], review: null, approval };
  const sentence = reachSentence(loaded.agent.bottle, reach);
  const review: ConsentReview = {
    path: loaded.path,
    approved: filed.kind === 'approved' ? consentDocument(filed.approval) : null,
    present: consentDocument(approval),
    sentence,
  };
  return { reasons: [`The agent comes from the workspace (${loaded.path}), not from your home folder.`, why, sentence], review, approval };
}

/** Whether what is on file is exactly what would start. */
export function covers(filed: FiledApproval, wanted: Pick<Approval, 'sha256' | 'reachSha256'>): boolean {
  return filed.kind === 'approved' && filed.approval.sha256 === wanted.sha256 && filed.approval.reachSha256 === wanted.reachSha256;
}

function whyAsk(filed: FiledApproval, wanted: Pick<Approval, 'sha256' | 'reachSha256'>, bottle: string): string | undefined {
  if (covers(filed, wanted)) return undefined;
  if (filed.kind === 'none') return 'You have not agreed to it so far.';
  if (filed.kind === 'unbelievable') return filed.reason;
  if (filed.approval.sha256 === wanted.sha256) return `Its bottle "${bottle}" lets it reach something else than when you agreed to it.`;
  if (filed.approval.reachSha256 === wanted.reachSha256) return 'Its text has changed since you agreed to it.';
  return 'Its text, and what it can reach, have changed since you agreed to it.';
}

/** What the agent could do stands above its own words, where those cannot pretend to be it. */
function consentDocument({ agent, reach, text }: Pick<Approval, 'agent' | 'reach' | 'text'>): string {
  return [`What the agent "${agent}" could do:`, ...reach.map((line) => `- ${line}`), '', 'What its file says:', '', text].join('\n');
}
