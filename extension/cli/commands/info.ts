import type { EnvValue } from '../../../schemas/manifest/envValue.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

const sources: Readonly<Record<EnvValue['kind'], string>> = { literal: 'written in the manifest', prompt: 'asked for at the start', host: 'from the host' };

export const info: Command = {
  name: 'info',
  usage: 'AGENT',
  summary: 'What an agent and its bottle are made of. Names of credentials and variables, never values.',
  options: {},
  words: [1, 1],
  takesRest: false,
  run: async ({ io, out, core, home, log }, args) => {
    const loaded = await core.loadAgent({ home, workspace: io.cwd, name: args.words[0] ?? '', log });
    const { agent, bottle } = loaded;
    const value = {
      agent: loaded.name,
      origin: loaded.origin,
      path: loaded.path,
      bottle: agent.bottle,
      provider: bottle.agentProvider.template,
      env: [...bottle.env].map(([name, { kind }]) => ({ name, source: sources[kind] })),
      skills: agent.skills,
      prompt: { length: agent.prompt.length, firstLine: agent.prompt.split('\n')[0] ?? '' },
      git: { identity: loaded.identity, remotes: [...bottle.gitGate.repos.keys()] },
      egress: { routes: loaded.routes.filter(({ deny }) => deny !== true).map((route) => ({ host: route.host, credential: route.token_env ?? null })), log: bottle.egress.log },
      supervise: bottle.supervise,
      files: loaded.files,
      warnings: loaded.warnings,
    };
    const rows: readonly (readonly [string, string])[] = [
      ['Agent', `${value.agent} (${value.path})`],
      ['Bottle', value.bottle],
      ['Provider', value.provider],
      ['Reaches', value.egress.routes.map(({ host, credential }) => (credential === null ? host : `${host} with ${credential}`)).join(', ')],
      ['Variables', value.env.map(({ name, source }) => `${name} (${source})`).join(', ')],
      ['Skills', value.skills.join(', ')],
      ['Prompt', value.prompt.length === 0 ? '' : `${value.prompt.firstLine} (${value.prompt.length} characters)`],
      ['Git', value.git.remotes.join(', ')],
    ];
    const lines = rows.filter(([, text]) => text !== '').map(([name, text]) => `${`${name}:`.padEnd(11)} ${visibleLine(text)}`);
    out.result(value, lines.join('\n'));
    return exitStatus.done;
  },
};
