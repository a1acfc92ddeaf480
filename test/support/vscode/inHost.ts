import { join } from 'node:path';
import { mkdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { openBrowser } from './browser.ts';
import { startEditor } from './codeServer.ts';

const reportSchema = z.array(z.object({ title: z.string(), error: z.string().nullable() }));

/** One test that ran inside the extension host. */
export type HostTest = z.infer<typeof reportSchema>[number];

export interface HostRun {
  /** Folder of the extension under development; the bundle lies inside it. */
  readonly extension: string;
  /** Absolute path of the bundle that exports `run()`, inside `extension`. */
  readonly bundle: string;
  readonly workspace: string;
  /** Empty folder for the server's and the suite's files. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a suite in the extension host of a real VS Code, the way `@vscode/test-electron` does: the window's own
 * configuration is told where extension and suite are. Resolves to every test's outcome.
 */
export async function runInHost(options: HostRun): Promise<HostTest[]> {
  mkdirSync(options.folder, { recursive: true });
  const report = join(options.folder, 'report.json');
  const editor = await startEditor({ folder: options.folder, workspace: options.workspace, env: { ...options.env, BOT_BOTTLE_TEST_REPORT: report } });
  const { browser, page } = await openBrowser();
  try {
    const authority = new URL(editor.origin).host;
    const remote = (path: string): object => ({ $mid: 1, scheme: 'vscode-remote', authority, path });
    const development = { extensions: [remote(options.extension)], extensionTestsPath: remote(options.bundle) };
    await page.route((url) => url.pathname === '/', async (route, request) => {
      if (request.resourceType() !== 'document') return route.continue();
      const response = await route.fetch();
      return route.fulfill({ response, body: withDevelopment(await response.text(), development) });
    });
    const words: string[] = [];
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => words.push(args.map(String).join(' ')));
    const ended = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the suite did not end within 3 minutes; it said:\n${words.slice(-40).join('\n')}`)), 180_000);
      page.exposeFunction('codeAutomationExit', (code: number) => (clearTimeout(timer), resolve(code))).catch(reject);
    });
    await page.goto(editor.url);
    const code = await ended;
    const results = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
    if (code !== 0 && results.every((test) => test.error === null)) throw new Error(`the suite ended with ${code}:\n${words.slice(-40).join('\n')}`);
    return results;
  } finally {
    await browser.close();
    await editor.stop();
  }
}

/** The page's configuration (HTML-escaped JSON in an attribute) with development options added. */
function withDevelopment(html: string, options: object): string {
  return html.replace(/(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/, (_whole, head: string, escaped: string) => {
    const settings: unknown = JSON.parse(escaped.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    const before = z.looseObject({ developmentOptions: z.looseObject({}).optional() }).parse(settings);
    const after = { ...before, developmentOptions: { ...before.developmentOptions, ...options } };
    return `${head}${JSON.stringify(after).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
  });
}
