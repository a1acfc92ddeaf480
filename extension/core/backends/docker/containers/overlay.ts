import type { PreparedWorkspace } from '../../backend.ts';

type Overlay = Extract<PreparedWorkspace, { mode: 'overlay' }>;

/** mount(2) takes one page of options. */
const longestOptions = 4000;

/**
 * Why this folder cannot be written into overlay mount options, or undefined when it can. The kernel separates layers
 * by colon and options by comma; the engine splits at commas before the kernel sees an escape.
 */
export function overlayPathProblem(path: string): string | undefined {
  const odd = /[:,\\"\n]/.exec(path);
  if (odd !== null) return `its path contains ${JSON.stringify(odd[0])}`;
  if (Buffer.byteLength(path) > longestOptions / 4) return 'its path is too long';
  return undefined;
}

/**
 * Options of a `local` volume that the engine mounts as an overlay. `userxattr` puts the marks of replaced folders where
 * the person's own processes can read them and rules out redirects; with `metacopy` and `index` off the upper folder is a
 * whole and plain difference: renames are copies, and every copied-up file has its data.
 */
export function overlayOptions(workspace: Overlay): Record<string, string> {
  const { lower, upper, work } = workspace;
  return { type: 'overlay', device: 'overlay', o: `lowerdir=${lower},upperdir=${upper},workdir=${work},userxattr,metacopy=off,index=off` };
}
