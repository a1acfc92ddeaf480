/** Bundles the suites of test/inhost and returns the file. `root` is the project's folder. */
export function buildInHostSuites(root: string): Promise<string>;
