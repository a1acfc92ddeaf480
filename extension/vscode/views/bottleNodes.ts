import type { BottleState, BottleSummary, EndReason } from '../../../schemas/protocol/bottle.ts';
import type { CommandName } from '../ids.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import type { Translate } from '../words.ts';

/** One line of the Bottles view, without the editor's types. `parent` is set on the lines under a bottle. */
export interface BottleNode {
  readonly kind: 'bottle' | 'changes' | 'egress' | 'workspace' | 'backend';
  readonly slug: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** What menus match on: `bottle.running`, `bottle.exited`, ... */
  readonly context: string;
  readonly tooltip: string;
  /** What a screen reader says instead of label and description. */
  readonly spoken: string;
  readonly command?: CommandName;
}

const stateIcons: Readonly<Record<BottleState, string>> = { starting: 'sync~spin', running: 'vm-running', exited: 'vm-outline', stopping: 'sync~spin' };

const stateWords: Readonly<Record<BottleState, string>> = { starting: 'starting', running: 'running', exited: 'ended, changes wait', stopping: 'stopping' };

const endWords: Readonly<Record<EndReason, string>> = {
  session_time: 'ended when its time was over, changes wait',
  idle_time: 'ended after idling, changes wait',
  disk: 'ended for writing too much, changes wait',
};

/** The line of a bottle. */
export function bottleNode(bottle: BottleSummary, t: Translate): BottleNode {
  const state = t(bottle.endedBy === undefined ? stateWords[bottle.state] : endWords[bottle.endedBy]);
  const closed = bottle.incident !== undefined;
  const blocked = closed ? t('egress closed after an incident') : bottle.blocked === 0 ? '' : t('{0} blocked', bottle.blocked);
  const label = bottle.label === '' ? bottle.agent : bottle.label;
  const agent = label === bottle.agent ? '' : bottle.agent;
  const description = [agent, state, blocked].filter((part) => part !== '').join(' · ');
  return {
    kind: 'bottle',
    slug: bottle.slug,
    label,
    description,
    icon: closed ? 'warning' : stateIcons[bottle.state],
    context: `bottle.${bottle.state}`,
    tooltip: [bottleTitle(bottle), bottle.slug, t('Started {0}', bottle.startedAt)].join('\n'),
    spoken: [bottleTitle(bottle), state, blocked].filter((part) => part !== '').join(', '),
  };
}

/** The lines under a bottle: what it works on, what it did, what it asked for. */
export function detailNodes(bottle: BottleSummary, t: Translate): readonly BottleNode[] {
  const mode = bottle.workspace.mode === 'overlay' ? t('overlay of the folder') : t('copy of the folder');
  return [
    detail(bottle, 'changes', 'diff-multiple', t('Review Changes'), '', 'reviewChanges'),
    detail(bottle, 'egress', 'globe', t('Egress Log'), bottle.blocked === 0 ? t('nothing blocked') : t('{0} blocked', bottle.blocked), 'showEgressLog'),
    { ...detail(bottle, 'workspace', 'folder', lastSegment(bottle.workspace.host), mode), tooltip: `${bottle.workspace.host}, ${mode}` },
    detail(bottle, 'backend', 'server-environment', bottle.backend, bottle.slug),
  ];
}

function lastSegment(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

function detail(bottle: BottleSummary, kind: BottleNode['kind'], icon: string, label: string, description: string, command?: CommandName): BottleNode {
  return {
    kind,
    slug: bottle.slug,
    label,
    description,
    icon,
    context: `detail.${kind}`,
    tooltip: [label, description].filter((part) => part !== '').join(', '),
    spoken: [label, description].filter((part) => part !== '').join(', '),
    ...(command === undefined ? {} : { command }),
  };
}
