// What the proxies of the bench reach: `node upstream.mjs CERT KEY`, prints its port. Paths say what to answer,
// /v1/give?bytes=N, /v1/events (200 server-sent events in 800 ms).
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [certFile, keyFile] = process.argv.slice(2);
const block = Buffer.alloc(64 * 1024, 'the quick brown fox jumps over the lazy dog, again and again; ');

const give = (response, bytes) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': bytes });
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const part = left < block.length ? block.subarray(0, left) : block;
      left -= part.length;
      if (!response.write(part) && left > 0) return response.once('drain', more);
    }
    return response.end();
  };
  more();
};

const events = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(`data: {"type":"content_block_delta","n":${sent}}\n\n`);
    if (++sent < 200) return;
    clearInterval(timer);
    response.end();
  }, 4);
  response.on('close', () => clearInterval(timer));
};

const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile), ALPNProtocols: ['http/1.1'] }, (request, response) => {
  const url = new URL(request.url, 'https://upstream.test');
  if (url.pathname === '/v1/give') return give(response, Number(url.searchParams.get('bytes')));
  if (url.pathname === '/v1/events') return events(response);
  request.resume();
  return request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
