import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineThat, type AnsweringEngine } from '../../../../../test/support/docker/answers.ts';
import { createClient } from '../engine/client.ts';
import { connectEngine } from '../engine/engine.ts';
import { execBeside } from './exec.ts';
import { removeContainer } from './remove.ts';

describe('an engine that answers nothing', () => {
  let engine: AnsweringEngine;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    engine = await engineThat((request) => void asked.push(`${request.method} ${request.url}`));
  });
  afterEach(() => engine.close());

  it('is said to give no answer once the time for it is over', async () => {
    await expect(connectEngine({ DOCKER_HOST: `unix://${engine.path}` }, AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('does not answer'),
    });
  });

  it('is not waited for by whoever broke off', async () => {
    const abort = new AbortController();
    const asking = connectEngine({ DOCKER_HOST: `unix://${engine.path}` }, abort.signal);
    abort.abort();
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not hold up a command that is to begin, nor the removal of a container', async () => {
    const container = (await createClient({ kind: 'unix', path: engine.path })).getContainer('agent');
    await expect(execBeside({ container, user: '1:1', workdir: '/' }, { argv: ['id'] }, 50)).rejects.toMatchObject({ code: 'backend-failed', message: 'The command did not begin in the bottle.' });
    const docker = await createClient({ kind: 'unix', path: engine.path });
    await expect(removeContainer(docker, { id: 'c0ffee', name: 'x-agent' }, 50)).rejects.toMatchObject({ message: expect.stringContaining('x-agent'), hint: expect.stringContaining('grep -ls c0ffee') });
    expect(asked).toEqual(['POST /containers/agent/exec', 'DELETE /containers/c0ffee?force=true']);
  });
});
