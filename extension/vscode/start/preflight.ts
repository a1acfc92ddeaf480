import type { Plan } from '../../../schemas/protocol/bottle.ts';
import type { Translate } from '../words.ts';

/** One line of what a person sees before a start. */
export interface PreflightLine {
  readonly icon: string;
  readonly label: string;
  readonly description: string;
}

/** Lines under a heading. */
export interface PreflightSection {
  readonly title: string;
  readonly lines: readonly PreflightLine[];
}

/** What fits beside a heading in the editor's pick, broken between words where there are any. */
const widestLine = /\S.{0,59}(?=\s|$)|\S{1,60}/g;

/** The whole plan in sections: what the agent reaches, which credentials are used for it, what it works on. */
export function preflight(plan: Plan, t: Translate): readonly PreflightSection[] {
  const sections: readonly PreflightSection[] = [
    { title: t('Please note'), lines: plan.consent.reasons.flatMap((reason) => noteLines(reason, 'warning')) },
    { title: t('The agent may reach'), lines: reach(plan, t) },
    { title: t('It works on'), lines: workspaceLines(plan, t) },
    { title: t('It is given'), lines: given(plan, t) },
    { title: t('It runs'), lines: [
      { icon: 'server-environment', label: plan.image === null ? plan.backend : `${plan.backend}, ${plan.image}`, description: t('as an ordinary user, uid {0}', plan.owner.uid) },
      { icon: 'beaker', label: t('Bottle {0}', plan.bottle), description: plan.provider },
    ] },
  ];
  return sections.filter((section) => section.lines.length > 0);
}

/** A sentence that must be read to its end, over as many lines as it needs: the editor cuts a line that is too long. */
function noteLines(sentence: string, icon: string): readonly PreflightLine[] {
  const lines = sentence.match(widestLine) ?? [];
  return lines.map((line, index) => ({ icon: index === 0 ? icon : 'blank', label: line.trim(), description: '' }));
}

function reach(plan: Plan, t: Translate): readonly PreflightLine[] {
  if (plan.egress.routes.length === 0) return [{ icon: 'lock', label: t('Nothing on the network'), description: t('no route is allowed') }];
  return plan.egress.routes.map(({ host, credential }) =>
    credential === null ? { icon: 'globe', label: host, description: '' } : { icon: 'key', label: host, description: t('with {0}, put in outside the bottle', credential) },
  );
}

function workspaceLines(plan: Plan, t: Translate): readonly PreflightLine[] {
  const { mode, host, reason, hidden } = plan.workspace;
  const lines: PreflightLine[] = [
    { icon: 'folder', label: host, description: mode === 'overlay' ? t('as an overlay; your files are not touched') : t('as a copy; your files are not touched') },
    ...(mode === 'overlay' ? [] : noteLines(reason, 'info')),
  ];
  if (hidden.length > 0) {
    const named = hidden.slice(0, 3).join(', ');
    const more = hidden.length > 3 ? t('and {0} more', hidden.length - 3) : '';
    lines.push({ icon: 'eye-closed', label: hidden.length === 1 ? t('1 secret file is hidden') : t('{0} secret files are hidden', hidden.length), description: [named, more].filter((part) => part !== '').join(' ') });
  }
  return lines;
}

function given(plan: Plan, t: Translate): readonly PreflightLine[] {
  const { identity, remotes } = plan.git;
  const lines: PreflightLine[] = [];
  if (plan.env.forwarded.length > 0) lines.push({ icon: 'key', label: plan.env.forwarded.join(', '), description: t('secret values the agent can read') });
  if (plan.env.literals.length > 0) lines.push({ icon: 'symbol-variable', label: plan.env.literals.join(', '), description: t('environment') });
  if (plan.skills.length > 0) lines.push({ icon: 'lightbulb', label: plan.skills.join(', '), description: t('skills') });
  if (identity.name !== null || identity.email !== null) lines.push({ icon: 'git-commit', label: [identity.name, identity.email].filter((part) => part !== null).join(', '), description: t('git identity') });
  if (remotes.length > 0) lines.push({ icon: 'repo', label: remotes.join(', '), description: t('git remotes') });
  return lines;
}
