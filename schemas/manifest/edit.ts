import { changed, valueAt, type Change } from './change.ts';
import { routeKey } from './egress.ts';
import { splitFrontmatter } from './frontmatter.ts';
import { parseManifest, yamlDocument } from './parse.ts';
import { problemSentence, type ManifestProblem } from './position.ts';
import type { Plain } from './print.ts';
import { reprinted, spliced } from './splice.ts';

/** The edited text, or one sentence why the edit cannot be made. */
export type Edited = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** A route as a manifest writes it. */
export type PlainRoute = { readonly host: string; readonly [key: string]: Plain };

/** Adds a route to a bottle, behind those it has. Refused when the bottle has one for the same place already. */
export function addRoute(text: string, route: PlainRoute): Edited {
  if (routeIndex(text, route.host) !== undefined) return { ok: false, reason: `The bottle has a route for ${route.host} already.` };
  return applied(text, { kind: 'append', path: ['egress', 'routes'], value: route });
}

/** Takes the entry for a host out of a bottle's own routes; what its parent says about the host then holds. */
export function removeRoute(text: string, host: string): Edited {
  const index = routeIndex(text, host);
  return index === undefined ? { ok: false, reason: `The bottle has no route for ${host}.` } : applied(text, { kind: 'remove', path: ['egress', 'routes', index] });
}

/** Replaces the entry for a host by another one for the same or another host. */
export function replaceRoute(text: string, host: string, route: PlainRoute): Edited {
  const index = routeIndex(text, host);
  return index === undefined ? { ok: false, reason: `The bottle has no route for ${host}.` } : applied(text, { kind: 'set', path: ['egress', 'routes', index], value: route });
}

/** Sets a variable to a value as a manifest writes it: text, `${NAME}` or `?question`. */
export function setEnv(text: string, name: string, value: string): Edited {
  return applied(text, { kind: 'set', path: ['env', name], value });
}

/** Takes a variable out. */
export function removeEnv(text: string, name: string): Edited {
  return applied(text, { kind: 'remove', path: ['env', name] });
}

/** Lets an agent or bottle that names the bottle `from` name `to`; a text that does not name it stays as it is. */
export function renameBottle(text: string, kind: 'agent' | 'bottle', from: string, to: string): Edited {
  const key = kind === 'agent' ? 'bottle' : 'extends';
  const source = parseManifest('', text);
  if (!source.ok) return unreadable(source.problems);
  return source.value.data[key] === from ? applied(text, { kind: 'set', path: [key], value: to }) : { ok: true, text };
}

function routeIndex(text: string, host: string): number | undefined {
  const source = parseManifest('', text);
  const routes = source.ok ? valueAt(source.value.data, ['egress', 'routes']) : undefined;
  if (!Array.isArray(routes)) return undefined;
  const index = routes.findIndex((route: unknown) => typeof route === 'object' && route !== null && 'host' in route && typeof route.host === 'string' && routeKey({ host: route.host }) === routeKey({ host }));
  return index === -1 ? undefined : index;
}

/**
 * The text after a change: by touching only the lines in question, else, where the place is written in flow style, by
 * printing the frontmatter anew, comments and order kept. Either is taken only if it reads as exactly that change.
 */
function applied(text: string, change: Change): Edited {
  const source = parseManifest('', text);
  const parts = splitFrontmatter(text);
  if (!source.ok) return unreadable(source.problems);
  if ('message' in parts) return { ok: false, reason: `The manifest ${parts.message}` };
  const wanted = changed(source.value.data, change);
  if (wanted === undefined) return { ok: false, reason: `The manifest has no ${change.path.join('.')}.` };
  for (const way of [spliced, reprinted]) {
    const yaml = way(parts.yaml, yamlDocument(parts.yaml), change);
    if (yaml === undefined) continue;
    const edited = `${text.slice(0, parts.yamlOffset)}${yaml}${text.slice(parts.yamlOffset + parts.yaml.length)}`;
    const read = parseManifest('', edited);
    if (read.ok && read.value.body === source.value.body && JSON.stringify(read.value.data) === JSON.stringify(wanted)) return { ok: true, text: edited };
  }
  return { ok: false, reason: `The place of ${change.path.join('.')} is written in a way that cannot be edited by program.` };
}

function unreadable(problems: readonly ManifestProblem[]): Edited {
  return { ok: false, reason: `The manifest has to be mended first: ${problems.map(problemSentence).join(' ')}` };
}
