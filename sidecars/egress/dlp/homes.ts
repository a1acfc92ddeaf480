/** Whether `host` is one of `home`: exact names, or `*.example.com` for every name below it. */
export function isHome(host: string, home: readonly string[]): boolean {
  return home.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name));
}

/** Whether two names belong to one owner as far as their last two labels tell: enough to say "its own host". */
export function sameSite(a: string, b: string): boolean {
  const site = (name: string): string => name.split('.').slice(-2).join('.');
  return a === b || (a.includes('.') && site(a) === site(b));
}
