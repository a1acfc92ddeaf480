import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { joinStreams } from './joined.ts';

/**
 * Carries each connection to the engine over `ssh … docker system dial-stdio`, the way the docker command does. The
 * system's ssh brings the person's own configuration, keys and known hosts.
 */
export class SshAgent extends Agent {
  readonly #target: string;
  readonly #port: number | null;

  constructor(target: string, port: number | null) {
    super({ keepAlive: true, maxSockets: 16 });
    this.#target = target;
    this.#port = port;
  }

  /** Called by node:http for each connection it needs. */
  createConnection(): Duplex {
    const port = this.#port === null ? [] : ['-p', String(this.#port)];
    const args = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', ...port, '--', this.#target, 'docker', 'system', 'dial-stdio'];
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-500)));
    const duplex = joinStreams(child.stdout, child.stdin);
    child.once('error', (cause) => duplex.destroy(cause));
    child.once('exit', (code) => {
      if (code !== 0) duplex.destroy(new Error(`ssh ended with ${code ?? 'a signal'}: ${words.trim()}`));
    });
    duplex.once('close', () => child.kill());
    return duplex;
  }
}
