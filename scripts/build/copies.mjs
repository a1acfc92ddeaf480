import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The pty with the prebuilt part of one platform, beside the keeper that requires it. False when that part is absent. */
export function copyPty(modules, dist, target = `${process.platform}-${process.arch}`) {
  const from = join(modules, '@lydell');
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
