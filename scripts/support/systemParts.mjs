import { has, run } from './run.mjs';

/** Programs that something here needs, and the Debian packages that bring each (the first that exists is taken). */
const debianPackages = {
  bwrap: ['bubblewrap'],
  dockerd: ['docker.io'],
  docker: ['docker-cli', 'docker.io'],
  debootstrap: ['debootstrap'],
  chromium: ['chromium'],
  git: ['git'],
  curl: ['curl'],
  setpriv: ['util-linux'],
  ps: ['procps'],
  openssl: ['openssl'],
  strace: ['strace'],
  iptables: ['iptables'],
  // Without its headers it compiles nothing; they come first because the loop ends when the program is there.
  gcc: ['libc6-dev', 'gcc'],
};

/** argv prefix with which packages may be installed here; undefined when they may not. */
async function installer() {
  if (process.platform !== 'linux' || !has('apt-get')) return undefined;
  if (process.getuid() === 0) return [];
  return has('sudo') && (await run(['sudo', '-n', 'true'], { stdio: 'ignore' })) === 0 ? ['sudo', '-n'] : undefined;
}

/**
 * Installs the missing ones of the given programs when this process may. Resolves to those still missing, each with the
 * sentence what to do.
 */
export async function ensurePrograms(programs) {
  const missing = () => programs.filter((program) => !has(program));
  if (missing().length === 0) return [];
  const prefix = await installer();
  if (prefix !== undefined) {
    const apt = (...argv) =>
      run([...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0', ...argv], { stdio: ['ignore', 'ignore', 'inherit'] });
    console.error(`installing ${missing().join(', ')}`);
    await apt('update');
    // One by one: a package that this release does not have must not keep the others away.
    for (const program of missing()) {
      for (const name of debianPackages[program] ?? []) {
        if (has(program)) break;
        await apt('install', '-y', '--no-install-recommends', name);
      }
    }
  }
  return missing().map((program) => ({ program, fix: `sudo apt-get install ${debianPackages[program]?.at(-1) ?? program}` }));
}
