import type { Client } from './client.ts';

/** An HTTP status, as programs quote it. */
const status = /(?:^|[^\d.])[2345]\d\d(?:[^\d.]|$)/m;

/** Paths below here exist nowhere: an agent's model is reached without being asked anything that costs. */
const nowhere = 'bot-bottle-doctor';

const seconds = '20';

const script = (text: string, ...args: readonly string[]): readonly string[] => ['/bin/sh', '-c', text, 'sh', ...args];

const throughPackages = (name: string): string => `Add ${name} to the image of the bottle (docs/images.md), or on bubblewrap install it on this machine.`;

/** The clients that agents use most, in the order they are shown. Flags keep them from trying again and again. */
export const clients: readonly Client[] = [
  {
    id: 'curl',
    needs: ['curl'],
    argv: (program, { url }) => [program, '--silent', '--show-error', '--output', '/dev/null', '--max-time', seconds, '--write-out', '%{http_code}', url],
    answered: /^[1-5]\d\d$/m,
    install: throughPackages('curl'),
  },
  {
    id: 'git',
    needs: ['git'],
    argv: (program, { base }) => ['env', 'GIT_TERMINAL_PROMPT=0', program, '-c', 'credential.helper=', 'ls-remote', `${base}/${nowhere}.git`],
    answered: /returned error: \d{3}|not found|is this a git repository|Authentication failed|could not read Username|^[0-9a-f]{40}\s/m,
    install: throughPackages('git'),
  },
  {
    id: 'npm',
    needs: ['npm'],
    argv: (program, { base }) => [program, 'ping', '--registry', `${base}/`, '--fetch-retries', '0', '--fetch-timeout', `${seconds}000`, '--no-update-notifier'],
    answered: /code E[2345]\d\d|PONG/,
    install: throughPackages('npm'),
  },
  {
    id: 'pip',
    needs: ['pip3', 'pip'],
    // Only before it tries again does it say what went wrong.
    argv: (program, { base }) => [program, '--disable-pip-version-check', '--no-cache-dir', '--retries', '1', '--timeout', seconds, 'download', '--no-deps', '--dest', '/tmp', '--index-url', `${base}/simple`, nowhere],
    answered: /No matching distribution found/,
    install: throughPackages('python3-pip'),
  },
  {
    id: 'python-requests',
    needs: ['python3'],
    argv: (program, { url }) => [program, '-c', 'import requests, sys; print(requests.get(sys.argv[1], timeout=20).status_code)', url],
    answered: status,
    incomplete: /No module named '?requests/,
    install: throughPackages('python3-requests'),
  },
  {
    id: 'node-fetch',
    needs: ['node'],
    argv: (program, { url }) => [program, '-e', 'fetch(process.argv[1]).then((r) => console.log(r.status), (e) => { console.error(e.cause ?? e); process.exitCode = 1; })', url],
    answered: status,
    install: throughPackages('nodejs'),
  },
  {
    id: 'go',
    needs: ['go'],
    argv: (program, { base }) => ['env', `GOPROXY=${base}`, 'GONOSUMDB=*', 'GOFLAGS=-mod=mod', 'GOTOOLCHAIN=local', program, 'list', '-m', `${nowhere}.example/probe@latest`],
    answered: /reading https:\S+: \d{3}/,
    install: throughPackages('golang'),
  },
  {
    id: 'cargo',
    needs: ['cargo'],
    argv: (program, { base }) => [program, 'search', '--index', `sparse+${base}/`, '--config', 'net.retry=0', nowhere],
    answered: /config\.json not found in registry|status code|got [2345]\d\d\b/,
    install: throughPackages('cargo'),
  },
  {
    id: 'claude',
    needs: ['claude'],
    argv: (program, { base }) => ['env', `ANTHROPIC_BASE_URL=${base}/${nowhere}`, 'ANTHROPIC_AUTH_TOKEN=placeholder', 'CLAUDE_CODE_MAX_RETRIES=0', 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1', program, '-p', '--', 'hello'],
    answered: /API Error: [345]\d\d|(?:model|issue with the selected model)[\s\S]*not (?:exist|found)|\b[345]\d\d\b/,
    install: 'Use a bottle with agent_provider.template: claude.',
  },
  {
    id: 'codex',
    needs: ['codex'],
    argv: (program, { base }) =>
      script(
        'dir=$(mktemp -d "$HOME/.doctor.XXXXXX") && trap \'rm -rf "$dir"\' EXIT && CODEX_HOME=$dir DOCTOR_KEY=placeholder "$1" exec --skip-git-repo-check -c model_provider=doctor -c "model_providers.doctor={name=\\"doctor\\",base_url=\\"$2\\",wire_api=\\"responses\\",env_key=\\"DOCTOR_KEY\\",request_max_retries=0,stream_max_retries=0}" hello </dev/null',
        program,
        `${base}/${nowhere}/v1`,
      ),
    answered: /unexpected status [345]\d\d|status[: ]+[345]\d\d|\b[345]\d\d [A-Z]/,
    install: 'Use a bottle with agent_provider.template: codex.',
  },
  {
    id: 'pi',
    needs: ['pi'],
    argv: (program, { base }) =>
      script(
        'dir=$(mktemp -d) && trap \'rm -rf "$dir"\' EXIT && mkdir -p "$dir/.pi/agent" && printf \'{"providers":{"doctor":{"baseUrl":"%s","api":"openai-completions","apiKey":"placeholder","models":[{"id":"doctor"}]}}}\' "$2" > "$dir/.pi/agent/models.json" && HOME=$dir PI_OFFLINE=1 "$1" --provider doctor --model doctor -p hello </dev/null',
        program,
        `${base}/${nowhere}/v1`,
      ),
    answered: /\b[345]\d\d\b/,
    install: 'Use a bottle with agent_provider.template: pi.',
  },
];
