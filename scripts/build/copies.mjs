import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The prebuilt pty of one platform, or of all that are installed, beside the keeper that requires it. */
export function copyPty(root, dist, target = `${process.platform}-${process.arch}`) {
  const from = join(root, 'node_modules/@lydell');
  const to = join(dist, 'node_modules/@lydell');
  rmSync(to, { recursive: true, force: true });
  const wanted = ['node-pty', `node-pty-${target}`].filter((name) => existsSync(join(from, name)));
  mkdirSync(to, { recursive: true });
  for (const name of wanted) {
    cpSync(join(from, name), join(to, name), { recursive: true, filter: (path) => !/\.(map|pdb|md|d\.ts)$/i.test(path) });
  }
  return wanted.length === 2;
}

/** The icon font, once for every webview surface that was built. */
export function copyCodicons(root, dist) {
  const from = join(root, 'node_modules/@vscode/codicons/dist');
  const webviews = join(dist, 'webviews');
  if (!existsSync(webviews)) return;
  for (const surface of readdirSync(webviews)) {
    for (const file of ['codicon.css', 'codicon.ttf']) cpSync(join(from, file), join(webviews, surface, file));
  }
}

/** Names and versions of what a metafile bundled, for licences and reports. */
export function packagesIn(metafile, root) {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) folders.add(match[1]);
  }
  return [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return `${name}@${version}`;
  });
}
