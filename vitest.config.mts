import { defineConfig } from 'vitest/config';

/** Tests of one kind run as one project: `npx vitest run --project unit`. */
const project = (name: string, include: string[], extra: { testTimeout: number; oneAtATime?: boolean; isolate?: boolean; globalSetup?: string }) => ({
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', 'dist/**'],
    testTimeout: extra.testTimeout,
    hookTimeout: extra.testTimeout * 2,
    // Worlds (daemons, namespaces, a browser) share one machine: one file at a time.
    fileParallelism: !extra.oneAtATime,
    isolate: extra.isolate ?? true,
    // A busy machine is no failure: `expect.poll` gives up late.
    expect: { poll: { timeout: 10_000 } },
    ...(extra.globalSetup === undefined ? {} : { globalSetup: extra.globalSetup }),
  },
});

export default defineConfig({
  test: {
    projects: [
      // No module of ours has state, so files may share a process: a third of the time.
      project('unit', ['{schemas,extension,sidecars,webviews}/**/*.test.ts', 'test/support/**/*.test.ts'], { testTimeout: 15_000, isolate: false }),
      project('bundles', ['test/bundles/**/*.test.ts'], { testTimeout: 120_000, oneAtATime: true }),
      project('contract', ['test/contract/**/*.test.ts'], { testTimeout: 60_000, oneAtATime: true }),
      project('integration', ['test/integration/**/*.test.ts'], { testTimeout: 60_000, oneAtATime: true }),
      project('escape', ['test/escape/**/*.test.ts'], { testTimeout: 60_000, oneAtATime: true }),
      project('crash', ['test/crash/**/*.test.ts'], { testTimeout: 60_000, oneAtATime: true }),
      // Measures and asserts nothing about time; `npm run bench` runs it, `npm test` does not.
      project('bench', ['test/bench/**/*.test.ts'], { testTimeout: 600_000, oneAtATime: true, globalSetup: 'test/support/vscode/globalSetup.ts' }),
      project('e2e', ['test/e2e/**/*.test.ts'], { testTimeout: 240_000, oneAtATime: true, globalSetup: 'test/support/vscode/globalSetup.ts' }),
      // Not a test: what `scripts/screenshots.mjs` runs.
      project('pictures', ['test/pictures/*.ts'], { testTimeout: 240_000, oneAtATime: true, globalSetup: 'test/support/vscode/globalSetup.ts' }),
    ],
  },
});
