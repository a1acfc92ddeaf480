import { commands, l10n, window, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { BottleState, BottleSummary } from '../../../schemas/protocol/bottle.ts';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { BottleStore } from '../bottles/store.ts';
import type { ContextKeys } from '../contextKeys.ts';
import { Disposables } from '../disposables.ts';
import type { LoadEngine } from '../engine.ts';
import { FocusedPoll } from '../focusedPoll.ts';
import { toBottleError } from '../../core/errors.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import { applyPlan, seenHashes } from './applyPlan.ts';
import type { ChangeFiles } from './changeFiles.ts';
import { changeUri } from './changeFiles.ts';
import { discardQuestion, riskQuestion } from './consent.ts';
import type { ConsentQuestion } from './consent.ts';
import { isReviewTitle, isReviewOf } from './diffTitle.ts';
import { closeDiffs, closeReview, openChange, openReview, reviewIsOpen } from './diffs.ts';
import { BottleSourceControl } from './sourceControl.ts';
import { confirmed, notify } from '../notify.ts';

/** What reviews are made of. */
export interface ReviewDeps {
  readonly load: LoadEngine;
  readonly store: BottleStore;
  readonly files: ChangeFiles;
  readonly keys: ContextKeys;
  readonly log: LogOutputChannel;
}

/** The agents' changes in the Source Control view: one source control a reviewed bottle. */
export class Reviews {
  readonly #deps: ReviewDeps;
  readonly #held = new Disposables();
  readonly #bySlug = new Map<string, BottleSourceControl>();
  /** What the multi-file review of a bottle was opened on. */
  readonly #opened = new Map<string, readonly ChangedFile[]>();
  /** State in which the changes of a bottle were last read without being asked. */
  readonly #settled = new Map<string, BottleState>();

  constructor(deps: ReviewDeps) {
    this.#deps = deps;
    this.#held.add(deps.store.onDidChange(() => this.#follow()));
    this.#held.add(new FocusedPoll(() => this.#lookAgain()));
    this.#held.add(window.tabGroups.onDidChangeTabs(() => void this.#tellActive()));
    this.#held.add(window.tabGroups.onDidChangeTabGroups(() => void this.#tellActive()));
  }

  /** Reads the changes of a bottle again and shows them in the Source Control view. */
  async refresh(bottle: BottleSummary): Promise<readonly ChangedFile[]> {
    const { bottles } = await this.#deps.load();
    const changes = await bottles.changes(bottle.slug);
    const control = this.#control(bottle);
    control.show(changes);
    return control.files;
  }

  /** Opens all changes of a bottle. */
  async open(bottle: BottleSummary): Promise<void> {
    const files = await this.refresh(bottle);
    if (files.length === 0) {
      void notify.information(l10n.t('{0} has not changed any file.', bottleTitle(bottle)));
      return;
    }
    // The list beside the diff is where single files are taken or thrown away.
    await commands.executeCommand('workbench.view.scm');
    await this.#openAll(bottle, files);
  }

  /** Opens one change. */
  async openFile(bottle: BottleSummary, path: string): Promise<void> {
    const file = this.#find(bottle, path) ?? (await this.refresh(bottle)).find((one) => one.path === path);
    if (file !== undefined) await openChange(this.#control(bottle).bottle, file);
  }

  /** The bottle behind a source control that a menu hands over. */
  slugOf(control: unknown): string | undefined {
    return [...this.#bySlug].find(([, one]) => one.is(control))?.[0];
  }

  /** The bottle whose multi-file review is in front. */
  get activeSlug(): string | undefined {
    const label = activeLabel();
    return [...this.#bySlug].find(([, one]) => isReviewOf(label, one.bottle.title))?.[0];
  }

  /** What the Source Control view shows of a bottle. */
  shown(bottle: BottleSummary): readonly ChangedFile[] {
    return this.#control(bottle).files;
  }

  /** What the person has before them: the versions in the review in front, else the list in the Source Control view. */
  seen(bottle: BottleSummary): readonly ChangedFile[] {
    return (this.activeSlug === bottle.slug ? this.#opened.get(bottle.slug) : undefined) ?? this.shown(bottle);
  }

  /** Takes the chosen files to the workspace, as they were shown; risky ones only after a yes that names them. */
  async apply(bottle: BottleSummary, chosen: readonly ChangedFile[]): Promise<void> {
    const { plain, risky, left } = applyPlan(chosen);
    const agreed = risky.length > 0 && (await consented(riskQuestion(risky, l10n.t)));
    const taken = agreed ? [...plain, ...risky] : plain;
    const reasons = left.map((file) => `${file.path}: ${file.refused ?? l10n.t('changed on both sides')}`);
    if (taken.length > 0) {
      const { bottles } = await this.#deps.load();
      const result = await bottles.apply(bottle.slug, { paths: taken.map((file) => file.path), allowRisky: agreed, seen: seenHashes(taken) });
      reasons.push(...result.left.map((one) => `${one.path}: ${one.reason}`));
      this.#report(bottle, result.applied.length, reasons);
      await this.#afterwards(bottle, taken);
    } else if (reasons.length > 0) {
      this.#report(bottle, 0, reasons);
    }
  }

  /** Throws the agent's versions away inside the bottle, after a yes. */
  async discard(bottle: BottleSummary, chosen: readonly ChangedFile[]): Promise<void> {
    if (chosen.length === 0 || !(await consented(discardQuestion(chosen, l10n.t)))) return;
    const { bottles } = await this.#deps.load();
    await bottles.discard(bottle.slug, chosen.map((file) => file.path));
    await this.#afterwards(bottle, chosen);
  }

  dispose(): void {
    for (const control of this.#bySlug.values()) control.dispose();
    this.#held.dispose();
  }

  /** Diffs of changes that are no more are closed; the review starts over with what is left. */
  async #afterwards(bottle: BottleSummary, files: readonly ChangedFile[]): Promise<void> {
    const remaining = await this.refresh(bottle);
    const left = new Set(remaining.map((file) => file.path));
    const sides = files.map(({ path, hash }) => ({ path, uri: changeUri('bottle', { slug: bottle.slug, path, hash }) }));
    await closeDiffs(sides.filter(({ path }) => !left.has(path)).map(({ uri }) => uri));
    const inFront = await closeReview(bottleTitle(bottle));
    if (inFront && remaining.some((file) => file.refused === undefined)) await this.#openAll(bottle, remaining);
    const stale = sides.filter(({ path }) => left.has(path));
    this.#deps.files.reread(stale.flatMap(({ path, uri }) => [changeUri('base', { slug: bottle.slug, path, hash: null }), uri]));
  }

  async #openAll(bottle: BottleSummary, files: readonly ChangedFile[]): Promise<void> {
    this.#opened.set(bottle.slug, files);
    await openReview(this.#control(bottle).bottle, files);
  }

  /** Reads the changes of reviewed bottles that still run: their agents go on. */
  async #lookAgain(): Promise<void> {
    for (const slug of this.#bySlug.keys()) {
      const bottle = this.#deps.store.find(slug);
      if (bottle?.state === 'running' && workspace.isTrusted) await this.refresh(bottle);
    }
  }

  #report(bottle: BottleSummary, applied: number, reasons: readonly string[]): void {
    for (const reason of reasons) this.#deps.log.warn(`${bottle.slug}: not applied: ${reason}`);
    const done = applied === 1 ? l10n.t('1 file applied to your workspace.') : l10n.t('{0} files applied to your workspace.', applied);
    if (reasons.length === 0) void notify.information(done);
    else void notify.warning(`${done} ${reasons.length === 1 ? l10n.t('1 stays in the bottle:') : l10n.t('{0} stay in the bottle:', reasons.length)} ${reasons.slice(0, 3).join('; ')}`);
  }

  #find(bottle: BottleSummary, path: string): ChangedFile | undefined {
    return this.#bySlug.get(bottle.slug)?.files.find((file) => file.path === path);
  }

  #control(bottle: BottleSummary): BottleSourceControl {
    const existing = this.#bySlug.get(bottle.slug);
    if (existing !== undefined) return existing;
    const control = new BottleSourceControl({ slug: bottle.slug, title: bottleTitle(bottle), host: bottle.workspace.host });
    this.#bySlug.set(bottle.slug, control);
    return control;
  }

  /**
   * A bottle that is gone takes its source control with it. One that ended in this window's folder shows what it left,
   * and one whose review the window came back with is looked at again.
   */
  #follow(): void {
    const { store, log } = this.#deps;
    for (const [slug, control] of this.#bySlug) {
      if (store.find(slug) !== undefined) continue;
      control.dispose();
      for (const known of [this.#bySlug, this.#opened, this.#settled]) known.delete(slug);
    }
    for (const bottle of store.bottles) {
      const ended = bottle.state === 'exited' && isHere(bottle.workspace.host);
      const seen = this.#settled.get(bottle.slug);
      if (seen === bottle.state || !(ended || reviewIsOpen(bottleTitle(bottle)))) continue;
      this.#settled.set(bottle.slug, bottle.state);
      this.#lookAt(bottle).catch((thrown: unknown) => log.warn(`Changes of ${bottle.slug}: ${toBottleError(thrown).message}`));
    }
    void this.#tellActive();
  }

  /** A review that the window came back with shows what there is at this moment. */
  async #lookAt(bottle: BottleSummary): Promise<void> {
    const files = await this.refresh(bottle);
    if (!this.#opened.has(bottle.slug) && reviewIsOpen(bottleTitle(bottle))) this.#opened.set(bottle.slug, files);
  }

  async #tellActive(): Promise<void> {
    await this.#deps.keys.set('reviewActive', isReviewTitle(activeLabel()));
  }
}

/** Whether a host folder is one of this window. */
function isHere(host: string): boolean {
  return (workspace.workspaceFolders ?? []).some((folder) => folder.uri.fsPath === host);
}

function activeLabel(): string {
  return window.tabGroups.activeTabGroup.activeTab?.label ?? '';
}

const consented = ({ message, detail, yes }: ConsentQuestion): Promise<boolean> => confirmed(message, detail, yes);
