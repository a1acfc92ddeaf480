/**
 * Packages that dockerode and docker-modem load for what is never asked of them here: their own ssh client (ours is the
 * system's ssh), BuildKit sessions (builds go through the classic builder). Half of the core's bundle otherwise.
 */
const packages = /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/;

/** Puts an empty module in their place; whoever comes to use one gets a TypeError at once. */
export const unreached = {
  name: 'unreached',
  setup(build) {
    build.onResolve({ filter: packages }, ({ path }) => ({ path, namespace: 'unreached' }));
    build.onLoad({ filter: /.*/, namespace: 'unreached' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};
