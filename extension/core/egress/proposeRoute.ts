import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import { addRoute, replaceRoute } from '../../../schemas/manifest/edit.ts';
import type { PlainRoute } from '../../../schemas/manifest/edit.ts';
import { policyRoute } from '../../../schemas/manifest/egress.ts';
import type { ManifestRoute } from '../../../schemas/manifest/egress.ts';
import type { Plain } from '../../../schemas/manifest/print.ts';
import { decide, decidePlace } from '../../../schemas/policy/decide.ts';
import { parseAuthority } from '../../../schemas/policy/host.ts';
import type { Authority } from '../../../schemas/policy/host.ts';
import { compilePolicy } from '../../../schemas/policy/policy.ts';
import type { Policy, Scheme } from '../../../schemas/policy/policy.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { wideningFor } from '../../../schemas/protocol/egressProposal.ts';
import type { Widening } from '../../../schemas/protocol/egressProposal.ts';
import { BottleError, toBottleError } from '../errors.ts';
import { loadBottleText } from '../manifests/chain.ts';
import { readManifest } from '../manifests/folder.ts';
import { manifestFolders } from '../manifests/home.ts';

/** A bottle's manifest as it would be with a route for a refused request. Nothing is written. */
export interface RouteProposal {
  /** The manifest. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** The route as it would stand there. */
  readonly route: PlainRoute;
}

/**
 * The narrowest change of a bottle's manifest that would let a refused request pass: exactly this path and method, or the
 * one switch that the refusal names. Where a parent has the route, the child gets a copy of it, widened. Throws `refused`
 * when no route could help, `manifest-missing` or `manifest-invalid` when there is nothing to change.
 */
export async function proposeRoute(home: string, bottleName: string, line: LogLine): Promise<RouteProposal> {
  const widening = wideningFor(line);
  if (widening === undefined) throw refused('No route would let this request pass.', 'The reason in the log says what would.');
  const path = join(manifestFolders(home, undefined).bottles, `${bottleName}.md`);
  const file = await readManifest(path, home);
  if (file === undefined) throw new BottleError('manifest-missing', `The manifest of the bottle "${bottleName}" is not there any more: ${path}.`);
  const { bottle } = await loadBottleText(home, bottleName, file);
  const wanted = wantedOf(line);
  const existing = routeOf(bottle, wanted);
  if (existing === undefined && widening !== 'route') throw refused(`The route for ${line.host} is not one of the bottle "${bottleName}" but of its provider.`, 'It carries what the provider needs and no more.');
  const route = widened(existing, widening, wanted);
  const replaced = replaceRoute(file.text, route.host, route);
  const edited = replaced.ok ? replaced : addRoute(file.text, route);
  if (!edited.ok) throw refused(edited.reason, 'Change the manifest by hand.');
  const sha256 = createHash('sha256').update(edited.text).digest('hex');
  const after = await loadBottleText(home, bottleName, { ...file, text: edited.text, sha256 }).catch((thrown: unknown) => {
    throw refused(`The route that would let it pass is no valid one: ${toBottleError(thrown).message}`, 'Change the manifest by hand.');
  });
  if (!passes(after.bottle, widening, wanted)) throw refused('The request is not known well enough to name a route for it.', 'Its path was cut or redacted in the log; write the route by hand.');
  return { path, before: file.text, after: edited.text, route };
}

interface Wanted {
  readonly authority: Authority;
  readonly schemes: readonly Scheme[];
  readonly method: string;
  /** Without query; empty for a CONNECT, which names none. */
  readonly path: string;
}

function wantedOf(line: LogLine): Wanted {
  const host = line.host.includes(':') ? `[${line.host}]` : line.host;
  const authority = parseAuthority(`${host}:${line.port}`, undefined);
  if (!authority.ok) throw refused(`"${line.host}" is no host a route could name: ${authority.reason}.`, 'Nothing has to be done.');
  const plain = /\bhttp:\/\//.test(line.reason) || line.clause === 'plaintext';
  return { authority: authority.value, schemes: plain ? ['http'] : ['https', 'http'], method: line.method, path: line.path.replace(/\?.*$/s, '') };
}

function policyOf(bottle: Bottle): Policy {
  return compilePolicy({ log: 2, routes: bottle.egress.routes.map(policyRoute) });
}

/** The bottle's route for the place, over either scheme: a place refused over http may be listed for https. */
function routeOf(bottle: Bottle, { authority }: Wanted): ManifestRoute | undefined {
  const policy = policyOf(bottle);
  const places: readonly (readonly [Scheme, Authority])[] = [['https', authority], ['http', authority], ['https', { ...authority, port: authority.port === 80 ? 443 : authority.port }]];
  const found = places.map(([scheme, place]) => policy.find(scheme, place)).find((route) => route !== undefined);
  return found === undefined ? undefined : bottle.egress.routes[policy.routes.indexOf(found)];
}

function widened(existing: ManifestRoute | undefined, widening: Widening, wanted: Wanted): PlainRoute {
  const base = existing === undefined ? { host: hostText(wanted) } : plainRoute(existing, existing.host.startsWith('*.') ? hostText(wanted) : existing.host);
  switch (widening) {
    case 'route':
      return { ...base, ...(wanted.schemes[0] === 'http' ? { plaintext: true } : {}), matches: [ruleFor(wanted)] };
    case 'match':
      return { ...base, matches: [...(plainList(base['matches'])), ruleFor(wanted)] };
    case 'fetch':
      return { ...base, git: { fetch: true } };
    case 'plaintext':
      return { ...base, plaintext: true };
    case 'address':
      return { ...base, private_addresses: true };
    case 'websocket':
      return { ...base, websocket: true };
    case 'encodedSlash':
      return { ...base, encoded_slash: true };
  }
}

/** A CONNECT tells nothing but the place: reading is the least there is, and the log then names what else is asked for. */
function ruleFor({ method, path }: Wanted): Plain {
  if (method === 'CONNECT' || path === '') return { methods: ['GET', 'HEAD'] };
  return { paths: [{ type: 'exact', value: path }], methods: [method] };
}

function passes(bottle: Bottle, widening: Widening, { authority, schemes, method, path }: Wanted): boolean {
  const policy = policyOf(bottle);
  // The address is judged when it is dialled, the upgrade by its handshake.
  const placeOnly = method === 'CONNECT' || path === '' || widening === 'address' || widening === 'websocket';
  return schemes.some((scheme) =>
    placeOnly ? !('verdict' in decidePlace(policy, scheme, authority)) : decide(policy, { scheme, authority, method, path, headers: [] }).verdict === 'allow',
  );
}

function hostText({ authority: { host, port, kind }, schemes }: Wanted): string {
  const name = kind === 'ipv6' ? `[${host}]` : host;
  return port === (schemes[0] === 'http' ? 80 : 443) ? name : `${name}:${port}`;
}

function plainRoute(route: ManifestRoute, host: string): PlainRoute {
  const plain = plainOf(route);
  return { ...(typeof plain === 'object' && !isList(plain) ? plain : {}), host };
}

/** What a schema left undefined is not written. */
function plainOf(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => [key, plainOf(item)]));
}

function plainList(value: Plain | undefined): readonly Plain[] {
  return value !== undefined && isList(value) ? value : [];
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function refused(message: string, hint: string): BottleError {
  return new BottleError('refused', message, { hint });
}
