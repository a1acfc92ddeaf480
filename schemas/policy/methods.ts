/**
 * Methods an HTTP reader of ours lets through to a decision, upper case: those of Node's parser, without the three nobody
 * gets. TRACE and TRACK echo the injected credential; CONNECT would be a tunnel inside a tunnel.
 */
export const allowableMethods: readonly string[] = [
  'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS',
  'ACL', 'BIND', 'CHECKOUT', 'COPY', 'LINK', 'LOCK', 'M-SEARCH', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'NOTIFY',
  'PROPFIND', 'PROPPATCH', 'PURGE', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE', 'SUBSCRIBE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
];

/** Refused whatever a route says. */
export const forbiddenMethods: readonly string[] = ['TRACE', 'TRACK', 'CONNECT'];

/** Whether a rule could ever let the method pass. Case-sensitive, as HTTP is. */
export function isAllowableMethod(method: string): boolean {
  return allowableMethods.includes(method);
}
