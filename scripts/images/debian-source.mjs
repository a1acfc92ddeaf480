import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const text = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const aptFiles = () => {
  const folder = '/etc/apt/sources.list.d';
  let names = [];
  try {
    names = readdirSync(folder).sort();
  } catch {
    names = [];
  }
  return ['/etc/apt/sources.list', ...names.map((name) => path.join(folder, name))];
};

/** The one-line format of sources.list(5): `deb [options] uri suite components`. */
const oneLine = (content) =>
  content.split('\n').flatMap((line) => {
    const found = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.trim());
    if (found === null) return [];
    const keyring = /signed-by=(\S+)/.exec(found[1] ?? '')?.[1];
    return [{ mirror: found[2], suites: [found[3]], components: found[4].split(/\s+/), keyring }];
  });

/** The deb822 format of sources.list(5): paragraphs of `Key: value`. */
const deb822 = (content) =>
  content.split(/\n\s*\n/).flatMap((paragraph) => {
    const keys = new Map(
      [...paragraph.matchAll(/^([A-Za-z-]+):\s*(.*)$/gm)].map((found) => [found[1].toLowerCase(), found[2].trim()]),
    );
    if (!/\bdeb\b/.test(keys.get('types') ?? '') || !keys.has('uris')) return [];
    return [
      {
        mirror: keys.get('uris').split(/\s+/)[0],
        suites: (keys.get('suites') ?? '').split(/\s+/),
        components: (keys.get('components') ?? '').split(/\s+/),
        keyring: keys.get('signed-by'),
      },
    ];
  });

/**
 * Where this machine gets its own release from: `{mirror, suite, keyring}`; undefined when it is no Debian or Ubuntu.
 * A mirror serves the release itself and its updates, so the suite must be the bare codename.
 */
export const debianSource = () => {
  const suite = /^VERSION_CODENAME=(\S+)$/m.exec(text('/etc/os-release'))?.[1];
  const entries = aptFiles().flatMap((file) => (file.endsWith('.sources') ? deb822(text(file)) : oneLine(text(file))));
  const entry = entries.find((one) => one.suites.includes(suite) && one.components.includes('main'));
  if (entry === undefined || suite === undefined) return undefined;
  return { mirror: entry.mirror, suite, keyring: entry.keyring?.startsWith('/') ? entry.keyring : undefined };
};
