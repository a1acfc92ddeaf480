import type { Provider } from '../provider.ts';

const bashrc = `PS1='\\[\\e[1;36m\\]\${BOT_BOTTLE_SLUG}\\[\\e[0m\\]:\\w\\$ '
alias ls='ls --color=auto' ll='ls -l'
`;

/** Bash, so that a person without any key can look round in a bottle at once. */
export const shellProvider: Provider = {
  name: 'shell',
  image: 'shell',
  provision: (request) => ({
    argv: request.prompt === null ? ['/bin/bash', '-i'] : ['/bin/bash', '-c', request.prompt],
    env: {},
    hiddenEnv: [],
    files: [{ path: `${request.guestHome}/.bashrc`, mode: 0o644, content: bashrc }],
    routes: [],
  }),
  hostTool: () => undefined,
};
