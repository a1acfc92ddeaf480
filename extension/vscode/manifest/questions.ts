import { join } from 'node:path';
import { QuickPickItemKind, ThemeIcon, l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { isManifestName, manifestNames } from '../../core/manifests/folder.ts';
import type { ManifestKind } from '../../core/templates/create.ts';
import { type TemplateName, missingProvider, templateNames, templates } from '../../core/templates/templates.ts';

interface TemplateItem extends QuickPickItem {
  readonly template: TemplateName;
}

/** Which template; undefined when given up. */
export async function askTemplate(title: string): Promise<TemplateName | undefined> {
  return (await window.showQuickPick(templateItems(), { title, placeHolder: l10n.t('What is the bottle for?'), matchOnDetail: true }))?.template;
}

/** A bottle of the home folder, or a template to make one from; undefined when given up. */
export async function askBottle(home: string, title: string): Promise<{ readonly bottle: string } | { readonly template: TemplateName } | undefined> {
  const { names } = await manifestNames(join(home, 'bottles'));
  const items: (QuickPickItem & { readonly bottle?: string; readonly template?: TemplateName })[] = [
    ...(names.length === 0 ? [] : [{ label: l10n.t('In a bottle you have'), kind: QuickPickItemKind.Separator }]),
    ...names.map((bottle) => ({ bottle, label: bottle, iconPath: new ThemeIcon('beaker') })),
    { label: l10n.t('With a bottle of its own'), kind: QuickPickItemKind.Separator },
    ...templateItems(),
  ];
  const picked = await window.showQuickPick(items, { title, placeHolder: l10n.t('What may the agent reach?'), matchOnDetail: true });
  if (picked?.bottle !== undefined) return { bottle: picked.bottle };
  return picked?.template === undefined ? undefined : { template: picked.template };
}

/** What a name is asked for. */
export interface NameQuestion {
  readonly home: string;
  readonly kind: ManifestKind;
  readonly title: string;
  readonly proposed: string;
  /** The name has to be free for a bottle too. */
  readonly withBottle?: true;
}

/** A name that no manifest of the kind has; undefined when given up. */
export async function askName({ home, kind, title, proposed, withBottle }: NameQuestion): Promise<string | undefined> {
  const taken = new Set((await manifestNames(join(home, kind))).names);
  if (withBottle === true) for (const name of (await manifestNames(join(home, 'bottles'))).names) taken.add(name);
  return window.showInputBox({
    title,
    value: taken.has(proposed) ? '' : proposed,
    prompt: l10n.t('Names the file in your home folder.'),
    validateInput: (name) => {
      if (!isManifestName(name)) return l10n.t('Small letters, digits and -, starting with a letter.');
      return taken.has(name) ? l10n.t('This name is taken.') : undefined;
    },
  });
}

function templateItems(): TemplateItem[] {
  return templateNames.map((template) => {
    const { title, detail, icon } = templates[template];
    const missing = missingProvider(template);
    const description = missing === null ? {} : { description: l10n.t('waits for the provider {0}, which this version does not have', missing) };
    return { template, label: l10n.t(title), ...description, detail: l10n.t(detail), iconPath: new ThemeIcon(icon) };
  });
}
