/**
 * In the extension host VS Code hands extensions patched `http`, `https`, `net` and `tls` modules that choose the
 * connection by its proxy settings, even where a library was given the connection to use. Our unix sockets and streams
 * must be taken as they are, so that libraries get the modules under their `node:` names, which stay Node's own.
 */
export const ownSockets = {
  name: 'own-sockets',
  setup(build) {
    build.onResolve({ filter: /^(http|https|net|tls)$/ }, (args) => ({ path: `node:${args.path}`, external: true }));
  },
};
