import { connect } from 'node:net';

/** `node control-stdio.js SOCKET`: stdin and stdout are that unix socket, for `docker exec -i` to carry the control channel. */
const [path, ...rest] = process.argv.slice(2);
if (path === undefined || rest.length > 0) {
  process.stderr.write('usage: control-stdio SOCKET\n');
  process.exit(64);
}

const socket = connect({ path, allowHalfOpen: true });
socket.on('error', (error) => {
  process.stderr.write(`control-stdio: ${error.message}\n`);
  process.exit(69);
});
process.stdout.on('error', () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
// The carrier may hold our stdin open for ever; the sidecar hanging up is the end.
socket.on('end', () => process.stdout.end(() => process.exit(0)));
