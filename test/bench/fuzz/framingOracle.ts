/**
 * What a strict reader of HTTP/1.1 makes of raw bytes, written from RFC 9112 alone and without a line of the proxy's: the
 * proxy may let through less than this, never more.
 */

/** A request as it may arrive upstream. */
export interface Allowed {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

const methods = new Set(['TRACE', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'REPORT', 'SEARCH', 'LOCK', 'UNLOCK', 'MKCOL', 'MOVE', 'COPY']);

/** The requests at the beginning of `bytes` (latin1) that may leave for `host`; it ends at the first that may not. */
export function allowedRequests(bytes: string, host: string): Allowed[] {
  const allowed: Allowed[] = [];
  // Line ends before a request are skipped (RFC 9112 section 2.2), here in any form.
  let rest = bytes.replace(/^[\r\n]+/, '');
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return allowed;
    const head = readHead(rest.slice(0, end), host);
    if (head === undefined) return allowed;
    const body = readBody(head, rest.slice(end + 4));
    if (body === undefined) return allowed;
    // Refused by itself; where it ends is clear, so the next one counts.
    if (head.method !== 'TRACE') allowed.push({ method: head.method, target: head.target, body: body.text });
    rest = body.rest.replace(/^[\r\n]+/, '');
  }
}

interface Head {
  readonly method: string;
  readonly target: string;
  readonly length: number | undefined;
  readonly chunked: boolean;
}

function readHead(text: string, host: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  // More than one space is tolerated (RFC 9112 section 3): what goes upstream is written anew.
  const line = /^([A-Z]+) +(\S+) +HTTP\/1\.([01])$/.exec(first);
  if (line === null || /[\r\n\0]/.test(first)) return undefined;
  const headers = lines.map((each) => /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*$/.exec(each));
  if (headers.some((each) => each === null)) return undefined;
  const values = (name: string): string[] => headers.filter((each) => each?.[1]?.toLowerCase() === name).map((each) => each?.[2] ?? '');
  const [method, target, old] = [line[1] ?? '', pathOf(line[2] ?? '', host), line[3] === '0'];
  const [hosts, lengths, codings] = [values('host'), values('content-length'), values('transfer-encoding')];
  if (!methods.has(method) || target === undefined) return undefined;
  if (hosts.length > 1 || (hosts.length === 0 && !old) || !hosts.every((each) => sameHost(each, host))) return undefined;
  if (lengths.length > 1 || !lengths.every((each) => /^\d{1,15}$/.test(each))) return undefined;
  if (codings.length > 1 || !codings.every((each) => each.toLowerCase() === 'chunked')) return undefined;
  if (codings.length > 0 && (lengths.length > 0 || old)) return undefined;
  return { method, target, length: lengths.length === 0 ? undefined : Number(lengths[0]), chunked: codings.length > 0 };
}

function sameHost(text: string, host: string): boolean {
  const parts = /^([A-Za-z0-9.-]+):(\d+)$/.exec(text);
  return parts !== null && `${(parts[1] ?? '').toLowerCase().replace(/\.$/, '')}:${parts[2]}` === host;
}

/** Origin form with nothing two servers could read differently, in one spelling. */
function pathOf(target: string, host: string): string | undefined {
  const absolute = /^http:\/\/([^/?#]+)(.*)$/i.exec(target);
  if (absolute !== null && !sameHost(absolute[1] ?? '', host)) return undefined;
  const origin = absolute === null ? target : `${(absolute[2] ?? '').startsWith('/') ? '' : '/'}${absolute[2] ?? ''}`;
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(origin) || /[#\\]/.test(origin)) return undefined;
  const [path = '', ...query] = origin.split('?');
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  let plain = path;
  for (let round = 0; round < 4; round++) {
    if (plain.split(/[/\\]/).some((segment) => /^\.\.?(;|$)/.test(segment)) || /[\0-\x1f\x7f]/.test(plain)) return undefined;
    plain = plain.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
  const spelled = path.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const letter = String.fromCharCode(parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(letter) ? letter : escape.toUpperCase();
  });
  return query.length === 0 ? spelled : `${spelled}?${query.join('?')}`;
}

function readBody(head: Head, rest: string): { readonly text: string; readonly rest: string } | undefined {
  if (head.length !== undefined) return rest.length < head.length ? undefined : { text: rest.slice(0, head.length), rest: rest.slice(head.length) };
  return head.chunked ? readChunks(rest) : { text: '', rest };
}

function readChunks(input: string): { readonly text: string; readonly rest: string } | undefined {
  let [text, rest] = ['', input];
  for (;;) {
    const size = /^([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n\0]*)?\r\n/.exec(rest);
    if (size === null) return undefined;
    rest = rest.slice(size[0].length);
    const length = parseInt(size[1] ?? '', 16);
    if (length === 0) break;
    if (rest.slice(length, length + 2) !== '\r\n') return undefined;
    text += rest.slice(0, length);
    rest = rest.slice(length + 2);
  }
  for (;;) {
    const end = rest.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = rest.slice(0, end);
    rest = rest.slice(end + 2);
    if (line === '') return { text, rest };
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*$/.test(line)) return undefined;
  }
}
