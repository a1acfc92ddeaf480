import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { namesIn } from './names.ts';

/** `node names.js ROOT` reads `["dir",...]` on stdin, writes `{"dir":["name",...]}`. Runs where the merged overlay is visible. */
async function main(): Promise<void> {
  const [root, ...rest] = process.argv.slice(2);
  if (root === undefined || rest.length > 0) throw new Error('usage: names ROOT');
  const folders = z.array(z.string()).parse(JSON.parse(await text(process.stdin)));
  process.stdout.write(JSON.stringify(await namesIn(root, folders)));
}

main().catch((error: unknown) => {
  process.stderr.write(`names: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 70;
});
