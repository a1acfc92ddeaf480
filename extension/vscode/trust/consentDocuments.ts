import { EventEmitter, TabInputTextDiff, Uri, commands, l10n, window, workspace } from 'vscode';
import type { CancellationToken, Tab, TextDocumentContentProvider } from 'vscode';
import type { StartPlan } from '../../core/bottle/bottles.ts';
import { Disposables } from '../disposables.ts';
import { schemes } from '../ids.ts';
import { consentTitle } from './consentTitle.ts';

/** What a person is asked to agree to, as a native diff: what they agreed to last time against what there is. */
export class ConsentDocuments implements TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<Uri>());
  readonly onDidChange = this.#changed.event;
  readonly #answered = this.#held.add(new EventEmitter<void>());

  constructor() {
    this.#held.add(workspace.registerTextDocumentContentProvider(schemes.consent, this));
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? l10n.t('This question is over. Start the agent again to be asked anew.');
  }

  /** Opens the diff of a plan that has something to agree to. */
  async open(plan: StartPlan): Promise<void> {
    const { review, shown } = plan;
    if (review === null) return;
    const [approved, present] = [side(plan, 'approved'), side(plan, 'present')];
    this.#put(approved, review.approved ?? '');
    this.#put(present, review.present);
    await commands.executeCommand('vscode.diff', approved, present, consentTitle(shown.agent, review.approved === null), { preview: false });
  }

  /** Resolves once the person is done reading: they said so, or closed the diff. Rejects never; `stop` ends the wait. */
  async read(plan: StartPlan, stop: CancellationToken): Promise<void> {
    const listening = new Disposables();
    await new Promise<void>((resolve) => {
      listening.add(this.#answered.event(() => resolve()));
      listening.add(stop.onCancellationRequested(() => resolve()));
      // Other tabs come and go, also before ours is known to be there: only its own closing counts.
      listening.add(window.tabGroups.onDidChangeTabs(({ closed }) => void (closed.some((tab) => isDiffOf(tab, plan)) && resolve())));
    });
    listening.dispose();
  }

  /** The person is done reading. */
  answer(): void {
    this.#answered.fire();
  }

  /** Closes the diff and forgets its texts. */
  async close(plan: StartPlan): Promise<void> {
    await window.tabGroups.close(this.#tabs(plan), true);
    for (const which of ['approved', 'present'] as const) this.#texts.delete(side(plan, which).toString());
  }

  dispose(): void {
    this.#held.dispose();
  }

  #put(uri: Uri, text: string): void {
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
  }

  #tabs(plan: StartPlan): readonly Tab[] {
    return window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => isDiffOf(tab, plan));
  }
}

function isDiffOf(tab: Tab, plan: StartPlan): boolean {
  return tab.input instanceof TabInputTextDiff && tab.input.modified.toString() === side(plan, 'present').toString();
}

/** One path on both sides, so that the editor infers no rename. */
function side({ shown }: StartPlan, which: 'approved' | 'present'): Uri {
  return Uri.from({ scheme: schemes.consent, path: `${shown.workspace.host}/.bot-bottle/agents/${shown.agent}.md`, query: which });
}
