import { ThemeColor, ThemeIcon, Uri, l10n, scm } from 'vscode';
import type { SourceControl, SourceControlResourceGroup, SourceControlResourceState } from 'vscode';
import type { ChangeSet, ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { Disposables } from '../disposables.ts';
import { commandIds, scmId } from '../ids.ts';
import type { ReviewedBottle } from './diffs.ts';
import { hostUri } from './diffs.ts';
import { groupNames, groupOf, groupTitles, grouped, remark } from './groups.ts';
import type { GroupName } from './groups.ts';

/** A changed file as the Source Control view holds it; commands get it back as their argument. */
export interface ChangeResource extends SourceControlResourceState {
  readonly slug: string;
  readonly file: ChangedFile;
}

const looks: Readonly<Record<ChangedFile['status'], { readonly icon: string; readonly color: string; readonly word: string }>> = {
  added: { icon: 'diff-added', color: 'gitDecoration.addedResourceForeground', word: 'Added' },
  modified: { icon: 'diff-modified', color: 'gitDecoration.modifiedResourceForeground', word: 'Modified' },
  deleted: { icon: 'diff-removed', color: 'gitDecoration.deletedResourceForeground', word: 'Deleted' },
  typechange: { icon: 'diff-renamed', color: 'gitDecoration.modifiedResourceForeground', word: 'Became another kind of file' },
};

const groupLooks: Readonly<Partial<Record<GroupName, { readonly icon: string; readonly color: string }>>> = {
  risky: { icon: 'shield', color: 'list.warningForeground' },
  conflict: { icon: 'warning', color: 'gitDecoration.conflictingResourceForeground' },
  refused: { icon: 'circle-slash', color: 'list.errorForeground' },
};

/** One bottle in the Source Control view, with its changes in four groups. */
export class BottleSourceControl {
  readonly bottle: ReviewedBottle;
  readonly #held = new Disposables();
  readonly #control: SourceControl;
  readonly #groups: ReadonlyMap<GroupName, SourceControlResourceGroup>;
  #files: readonly ChangedFile[] = [];

  constructor(bottle: ReviewedBottle) {
    this.bottle = bottle;
    this.#control = this.#held.add(scm.createSourceControl(scmId, l10n.t('Bottle: {0}', bottle.title), Uri.file(bottle.host)));
    this.#control.inputBox.visible = false;
    this.#groups = new Map(groupNames.map((name) => [name, this.#held.add(this.#control.createResourceGroup(name, l10n.t(groupTitles[name])))]));
    for (const group of this.#groups.values()) group.hideWhenEmpty = true;
  }

  /** Whether this is the source control that a menu hands over. */
  is(control: unknown): boolean {
    return control === this.#control;
  }

  get files(): readonly ChangedFile[] {
    return this.#files;
  }

  /** Shows the changes; does not touch the list, with its selection, when they are those it shows. */
  show(changes: ChangeSet): void {
    if (JSON.stringify(changes.files) === JSON.stringify(this.#files)) return;
    this.#files = changes.files;
    for (const [name, files] of grouped(changes.files)) {
      const group = this.#groups.get(name);
      if (group !== undefined) group.resourceStates = files.map((file) => this.#resource(file));
    }
    this.#control.count = changes.files.length;
  }

  dispose(): void {
    this.#held.dispose();
  }

  #resource(file: ChangedFile): ChangeResource {
    const group = groupOf(file);
    const look = looks[file.status];
    const icon = groupLooks[group] ?? look;
    const resource = {
      slug: this.bottle.slug,
      file,
      resourceUri: hostUri(this.bottle, file),
      contextValue: group,
      decorations: {
        tooltip: [l10n.t(look.word), remark(file) || (file.conflict ? l10n.t('Changed on your side too since the bottle started') : '')].filter((part) => part !== '').join('. '),
        strikeThrough: file.status === 'deleted',
        faded: group === 'refused',
        iconPath: new ThemeIcon(icon.icon, new ThemeColor(icon.color)),
      },
    };
    return { ...resource, command: { command: commandIds.openChange, title: l10n.t('Open Change'), arguments: [resource] } };
  }
}
