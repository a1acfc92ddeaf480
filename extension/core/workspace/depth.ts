/** Folders inside each other that are looked into: each holds a descriptor of either side while what is in it is read. */
export const deepest = 200;

/** Bytes of a folder's path in the workspace: with the workspace's own and a name, Linux takes 4,096. */
export const longestPath = 3_000;

/** Why what lies too deep stays in the bottle. */
export const depthFault = `is a folder more than ${deepest} folders deep, or with a path of more than ${longestPath} bytes: what is in it is not looked at, and not taken to the host.`;

/** Whether a folder of the workspace lies too deep to be looked into. */
export function isTooDeep(path: string): boolean {
  let folders = 1;
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders++;
  return folders > deepest || Buffer.byteLength(path) > longestPath;
}
