import { classifyAddress } from './addresses.ts';
import { parseHostPattern } from './hostPattern.ts';
import type { Mistake } from './issue.ts';
import type { RoutesFile } from './routesSchema.ts';

/** What is allowed in a routes file and yet hardly meant. Paths start at the file. */
export function adviceOn(file: RoutesFile): Mistake[] {
  return file.routes.flatMap((route, index): Mistake[] => {
    const pattern = parseHostPattern(route.host);
    if (!pattern.ok) return [];
    const { host, kind } = pattern.value.authority;
    const advice: Mistake[] = [];
    const inward = host === 'localhost' || (kind !== 'name' && classifyAddress(host).class === 'private');
    if (inward && route.private_addresses !== true && route.deny !== true) {
      advice.push({ path: ['routes', index, 'host'], message: 'points inwards, where nothing is dialled without private_addresses', hint: 'Set private_addresses: true, or take the route out.' });
    }
    if (route.plaintext === true && route.token_env !== undefined) {
      advice.push({ path: ['routes', index, 'plaintext'], message: 'lets no request through beside a credential, which never travels unencrypted', hint: 'Take plaintext away, or the credential.' });
    }
    return advice;
  });
}
