import type { Plan } from '../../../schemas/protocol/bottle.ts';
import { visibleLine } from './visible.ts';

/** The plan as a person reads it before agreeing: what the agent gets, and what it can reach. */
export function planText(plan: Plan): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Agent', `${plan.agent} (bottle ${plan.bottle}, provider ${plan.provider})`],
    ['Label', plan.color === null ? plan.label : `${plan.label} (${plan.color})`],
    ['Backend', plan.image === null ? plan.backend : `${plan.backend}, image ${plan.image}`],
    ['Workspace', `${plan.workspace.host}: ${workspaceWords(plan)}`],
    ['Hidden', listed(plan.workspace.hidden)],
    ['Reaches', listed(plan.egress.routes.map(({ host, credential }) => (credential === null ? host : `${host} with ${credential}`)))],
    ['Variables', listed([...plan.env.literals, ...plan.env.forwarded.map((name) => `${name} (${plan.env.asked.includes(name) ? 'asked for at the start' : 'from the host'})`)])],
    ['Skills', listed(plan.skills)],
    ['Git', gitWords(plan)],
    ['Asks you', plan.supervise ? 'when it is stuck' : 'never'],
    ['Limits', listed(Object.entries(plan.limits).map(([name, value]) => `${name} ${value}`))],
    [plan.consent.required ? 'Consent' : 'Note', `${plan.consent.required ? 'needed: ' : ''}${plan.consent.reasons.join(' ')}`],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(11)} ${visibleLine(value)}`)
    .join('\n');
}

function workspaceWords(plan: Plan): string {
  const how = plan.workspace.mode === 'overlay' ? 'changes go to a layer of their own' : 'works on a copy';
  return `${how} (${plan.workspace.reason})`;
}

function gitWords({ git }: Plan): string {
  const identity = [git.identity.name, git.identity.email && `<${git.identity.email}>`].filter(Boolean).join(' ');
  return [identity, ...git.remotes].filter((part) => part !== '').join(', ');
}

function listed(values: readonly string[]): string {
  return values.join(', ');
}
