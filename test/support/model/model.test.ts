import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestAuthority } from '../host/authority.ts';
import { nextAction, type Turn } from './script.ts';
import { startModel, type ModelServer } from './server.ts';

const tools = ['Bash', 'Write'];
const prompt: Turn = { role: 'user', text: 'Please {{bash:ls -l}} then {{wait:5}}{{write:a/b.txt:x: {y}}} and {{say:bye}}' };
const result: Turn = { role: 'toolResult', text: 'ok' };

describe('the script of the model', () => {
  test('each tool result moves it one step on', () => {
    expect(nextAction([prompt], tools)).toEqual({ kind: 'tool', name: 'Bash', input: { command: 'ls -l', description: 'Scripted command' }, waitMs: 0 });
    expect(nextAction([prompt, result], tools)).toEqual({ kind: 'tool', name: 'Write', input: { file_path: 'a/b.txt', content: 'x: {y}' }, waitMs: 5 });
    expect(nextAction([prompt, result, result], tools)).toEqual({ kind: 'say', text: 'bye', waitMs: 0 });
    expect(nextAction([prompt, result, result, result], tools)).toMatchObject({ kind: 'say', text: 'Every scripted step is done.' });
  });

  test('a later prompt with a script starts over', () => {
    expect(nextAction([prompt, result, result, { role: 'assistant', text: '' }, prompt], tools)).toMatchObject({ name: 'Bash' });
  });

  test('side questions without tools get words', () => {
    expect(nextAction([prompt], [])).toMatchObject({ kind: 'say' });
  });
});

describe('the model server', () => {
  let model: ModelServer;
  let ca = '';
  beforeAll(async () => {
    const authority = createTestAuthority();
    ca = authority.certPem;
    model = await startModel(authority);
  });
  afterAll(() => model.close());

  const post = (path: string, body: unknown) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const request = httpsRequest(model.url + path, { method: 'POST', ca, headers: { authorization: 'Bearer real', 'content-type': 'application/json' } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
      });
      request.on('error', reject).end(JSON.stringify(body));
    });

  test('streams the next step as the API does, over TLS that its authority vouches for', async () => {
    const { text } = await post('/v1/messages?beta=true', { model: 'm', stream: true, messages: [{ role: 'user', content: [{ type: 'text', text: '{{bash:pwd}}' }] }], tools: [{ name: 'Bash' }] });
    expect([...text.matchAll(/^event: (\S+)$/gm)].map(([, name]) => name)).toEqual(['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
    expect(text).toContain('"stop_reason":"tool_use"');
  });

  test('remembers which credential came with each request', async () => {
    await post('/v1/messages/count_tokens', { model: 'm', messages: [] });
    expect(model.requests.at(-1)).toMatchObject({ method: 'POST', path: '/v1/messages/count_tokens', authorization: 'Bearer real' });
  });

  test('what it does not have is a 404 in the API\'s form', async () => {
    const { status, text } = await post('/api/eval', {});
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });
});
