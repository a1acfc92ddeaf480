import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { oneOf } from '../choice.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const list: Command = {
  name: 'list',
  usage: '[active | available]',
  summary: 'Bottles that run or wait for review (active, the default), or agents that can be started (available).',
  options: {},
  words: [0, 1],
  takesRest: false,
  run: async ({ io, out, bottles }, args) => {
    const which = oneOf('list', args.words[0], ['active', 'available']) ?? 'active';
    if (which === 'available') {
      const agents = await bottles.agents(io.cwd);
      out.result(agents, agents.map((agent) => `${agent.name}\t${agent.origin}\t${visibleLine(agent.path)}`).join('\n'));
      if (agents.length === 0) out.say('No agent is defined yet.');
      return exitStatus.done;
    }
    const all = await bottles.list();
    out.result(all, all.map(row).join('\n'));
    if (all.length === 0) out.say('No bottle runs.');
    for (const { slug, incident } of all) if (incident !== undefined) out.say(`${slug}: egress closed after an incident at ${incident.at}: ${visibleLine(`${incident.canary} was on its way to ${incident.host}`)}.`);
    return exitStatus.done;
  },
};

/** Tab-separated: backend, slug, `label (agent)`, services, state and the bound that ended it. */
function row(bottle: BottleSummary): string {
  return [bottle.backend, bottle.slug, visibleLine(`${bottle.label} (${bottle.agent})`), bottle.services.join(','), bottle.endedBy === undefined ? bottle.state : `${bottle.state} (${bottle.endedBy})`].join('\t');
}
