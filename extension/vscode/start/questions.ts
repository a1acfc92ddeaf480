import { ThemeColor, ThemeIcon, l10n, window } from 'vscode';
import type { Color } from '../../../schemas/protocol/bottle.ts';
import { BottleError } from '../../core/errors.ts';
import type { AgentEntry, Bottles } from '../../core/bottle/bottles.ts';
import { colorNames, themeColorOf } from '../terminal/appearance.ts';

/** Which agent; undefined when given up. Throws `manifest-missing` when there is none. */
export async function askAgent(bottles: Bottles, folder: string): Promise<AgentEntry | undefined> {
  const agents = await bottles.agents(folder);
  if (agents.length === 0) throw new BottleError('manifest-missing', l10n.t('No agent is defined yet.'), { hint: l10n.t('Create a starter bottle first.') });
  const items = agents.map((agent) => ({
    agent,
    label: agent.name,
    description: agent.origin === 'workspace' ? l10n.t('from this workspace') : '',
    iconPath: new ThemeIcon('person'),
  }));
  return (await window.showQuickPick(items, { title: l10n.t('Start Agent (1/4): agent'), placeHolder: l10n.t('Which agent?'), matchOnDescription: true }))?.agent;
}

/** A name for the run, empty for none; undefined when given up. */
export async function askLabel(agent: string, taken: readonly string[]): Promise<string | undefined> {
  return window.showInputBox({
    title: l10n.t('Start Agent (2/4): label'),
    prompt: l10n.t('What is {0} going to do? Names the terminal and the bottle. May stay empty.', agent),
    placeHolder: l10n.t('for example: fix the failing test'),
    validateInput: (text) => (text.length > 60 ? l10n.t('At most 60 characters.') : taken.includes(text.trim()) ? l10n.t('Another bottle has this label.') : undefined),
  });
}

/** A colour for the terminal, null for none; undefined when given up. */
export async function askColor(): Promise<Color | null | undefined> {
  const items = [
    { color: null, label: l10n.t('No colour'), iconPath: new ThemeIcon('circle-large-outline') },
    ...colorNames.map((color) => ({
      color,
      label: l10n.t(color),
      iconPath: new ThemeIcon('circle-large-filled', new ThemeColor(themeColorOf(color) ?? 'foreground')),
    })),
  ];
  return (await window.showQuickPick<(typeof items)[number]>(items, { title: l10n.t('Start Agent (3/4): colour'), placeHolder: l10n.t('Colour of the terminal') }))?.color;
}
