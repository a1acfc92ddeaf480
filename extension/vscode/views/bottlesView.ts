import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, l10n } from 'vscode';
import type { TreeDataProvider } from 'vscode';
import type { BottleStore } from '../bottles/store.ts';
import { Disposables } from '../disposables.ts';
import { commandIds } from '../ids.ts';
import { themeColorOf } from '../terminal/appearance.ts';
import { bottleNode, detailNodes } from './bottleNodes.ts';
import type { BottleNode } from './bottleNodes.ts';

/** The Bottles view: a line a bottle, its details underneath. Empty states are welcome texts of package.json. */
export class BottlesView implements TreeDataProvider<BottleNode> {
  readonly #store: BottleStore;
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: BottleStore) {
    this.#store = store;
    this.#held.add(store.onDidChange(() => this.#changed.fire()));
  }

  getChildren(node?: BottleNode): BottleNode[] {
    if (node === undefined) return this.#store.bottles.map((bottle) => bottleNode(bottle, l10n.t));
    const bottle = this.#store.find(node.slug);
    return node.kind !== 'bottle' || bottle === undefined ? [] : [...detailNodes(bottle, l10n.t)];
  }

  getTreeItem(node: BottleNode): TreeItem {
    const bottle = node.kind === 'bottle' ? this.#store.find(node.slug) : undefined;
    const item = new TreeItem(node.label, node.kind === 'bottle' ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
    const color = bottle === undefined || bottle.state === 'exited' ? undefined : themeColorOf(bottle.color);
    item.id = `${node.slug}/${node.kind}`;
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.contextValue = node.context;
    item.iconPath = color === undefined ? new ThemeIcon(node.icon) : new ThemeIcon(node.icon, new ThemeColor(color));
    item.accessibilityInformation = { label: node.spoken };
    if (node.command !== undefined) item.command = { command: commandIds[node.command], title: node.label, arguments: [node] };
    return item;
  }

  dispose(): void {
    this.#held.dispose();
  }
}
