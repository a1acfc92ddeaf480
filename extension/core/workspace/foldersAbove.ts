/** The folders that a workspace-relative path lies in, from the top: `a/b/c` lies in `a` and in `a/b`. */
export function foldersAbove(path: string): string[] {
  const found: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at));
  return found;
}
