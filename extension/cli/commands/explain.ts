import { resolve } from 'node:path';
import { BottleError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const explain: Command = {
  name: 'explain',
  usage: '--routes FILE [--header "NAME: VALUE"]... METHOD URL',
  summary: 'The verdict a request would get under a routes file, and the first clause that decides it.',
  options: { routes: { type: 'string' }, header: { type: 'string', multiple: true } },
  words: [2, 2],
  takesRest: false,
  run: async ({ io, out, core }, args) => {
    const [method = '', address = ''] = args.words;
    const path = args.text('routes');
    if (path === undefined) throw new BottleError('usage', 'Which routes file?', { hint: 'Name it with --routes FILE; `bot-bottle routes SLUG` prints the one of a bottle.' });
    const url = core.parseTypedUrl(address);
    if (!url.ok) throw new BottleError('usage', `The URL cannot be judged: ${url.reason}.`, { hint: 'Write it as https://host/path.' });
    const headers = args.texts('header').map(headerOf);
    const routes = await core.readGoodRoutes(resolve(io.cwd, path));
    const { scheme, authority } = url.value;
    const explained = core.explainRequest(routes, { ...url.value, method, headers });
    const place = explained.line === null ? '' : ` at ${path}:${explained.line}:${explained.column ?? 1}`;
    const lines = [
      ...explained.steps.slice(0, -1),
      `${explained.verdict}: ${explained.reason}`,
      `decided by ${explained.clause}${place}`,
      ...(explained.hint === '' ? [] : [explained.hint]),
      ...(explained.stillAsked.length === 0 ? [] : [`Still asked of a real request: ${explained.stillAsked.join('; ')}.`]),
    ];
    const shown = { method, scheme, host: authority.host, port: authority.port, path: url.value.path };
    out.result({ ...explained, ...shown }, lines.map(visibleLine).join('\n'));
    return exitStatus.done;
  },
};

function headerOf(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new BottleError('usage', 'A header is written NAME: VALUE.', { hint: 'For example --header "accept: application/json".' });
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
