import { parseIpv4 } from '../../../schemas/policy/ip.ts';
import { isPublicSuffix } from '../../../schemas/policy/publicSuffix.ts';

/** Whether `host` is one of `home`: exact names, or `*.example.com` for every name below it. */
export function isHome(host: string, home: readonly string[]): boolean {
  return home.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name));
}

/** Clouds with names of services and of their customers side by side, at any depth: nothing but the very name tells whose it is. */
const cloud = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|on\.aws|api\.aws|azure\.(?:com|net)|windows\.net|googleapis\.com|googleusercontent\.com|aliyuncs\.com|myqcloud\.com|oraclecloud\.com)$/;

/** Whether two names belong to one owner, as far as names tell: enough to say "its own host". */
export function sameSite(a: string, b: string): boolean {
  const site = siteOf(a);
  return a === b || (site !== undefined && site === siteOf(b));
}

/** The name somebody registered, with nothing below it. An address or a single label has none. */
function siteOf(name: string): string | undefined {
  const labels = name.split('.');
  if (cloud.test(name) || parseIpv4(name) !== undefined) return undefined;
  const from = labels.findIndex((_, i) => i > 0 && isPublicSuffix(labels.slice(i).join('.')));
  return from < 0 ? undefined : labels.slice(from - 1).join('.');
}
