// The policy of the bench on mockttp, loaded from the folder given as argument: `node mockttp.mjs FOLDER CERT KEY`,
// prints its port. BENCH_RULES and BENCH_LOG as for the add-on.
import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, cert, key] = process.argv.slice(2);
const { getLocal } = createRequire(join(folder, 'index.js'))('mockttp');
const rules = JSON.parse(process.env.BENCH_RULES);
const tokens = new RegExp(rules.tokens.join('|'));
const spellings = (secret) => {
  const raw = Buffer.from(secret);
  const shifted = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift, 'x'), raw]).toString('base64').slice(shift > 0 ? 4 : 0, -4));
  return [...shifted, secret, raw.toString('hex'), raw.toString('hex').toUpperCase(), [...secret].reverse().join('')];
};
const needles = rules.secrets.flatMap(spellings);
const server = getLocal({ https: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }, recordTraffic: false, http2: false });
await server.forAnyRequest().thenPassThrough({
  ignoreHostHttpsErrors: true,
  beforeRequest: async (request) => {
    const text = `${request.rawHeaders.flat().join('\n')}\n${await request.body.getText()}`;
    const url = new URL(request.url);
    const allowed = url.hostname === rules.host && rules.prefixes.some((prefix) => url.pathname.startsWith(prefix)) && !needles.some((needle) => text.includes(needle)) && !tokens.test(text);
    appendFileSync(process.env.BENCH_LOG, `${JSON.stringify({ at: Date.now(), host: url.hostname, path: url.pathname, verdict: allowed ? 'allow' : 'block' })}\n`);
    return allowed ? { headers: { ...request.headers, authorization: `Bearer ${rules.secrets[0]}` } } : { response: { statusCode: 403, body: '{"error":"blocked"}' } };
  },
});
await server.start();
console.log(server.port);
