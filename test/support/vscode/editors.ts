import type { Locator, Page } from 'playwright-core';
import { until } from '../until.ts';

/** The editor area of a window. */
export function createEditors(page: Page) {
  const active = '.editor-group-container.active';
  const lines = async (side: Locator): Promise<string> => {
    const found = await side.locator('.view-line').evaluateAll((elements) =>
      elements.map((element) => ({ top: element instanceof HTMLElement ? Number.parseFloat(element.style.top) : 0, text: element.textContent ?? '' })),
    );
    // The page holds the lines in the order they were drawn, not in that of the file.
    return found.sort((a, b) => a.top - b.top).map((line) => line.text.replaceAll('\u00a0', ' ')).join('\n');
  };
  return {
    tab: (name: string | RegExp): Locator => page.locator('.tabs-container .tab').filter({ hasText: name }).first(),
    /** A button in the title bar of the active editor. */
    titleAction: (label: string): Locator => page.locator(`${active} .title .editor-actions a.action-label[aria-label^="${label}"]`).first(),
    /** Both sides of a diff, as far as they are on screen. */
    diff: async (): Promise<{ readonly left: string; readonly right: string }> => {
      const side = (name: string): Locator => page.locator(`${active} .monaco-diff-editor .editor.${name} .view-lines`).first();
      return { left: await lines(side('original')), right: await lines(side('modified')) };
    },
    /** Files of a multi-file diff that are on screen. */
    diffFiles: (): Promise<string[]> => page.locator('.multiDiffEntry .file-path .title').allInnerTexts(),
    text: (): Promise<string> => lines(page.locator(`${active} .monaco-editor .view-lines`).first()),
    openFile: async (name: string): Promise<void> => {
      const base = name.split('/').at(-1) ?? name;
      const quick = page.locator('.quick-input-widget:visible');
      await page.keyboard.press('Control+P');
      await quick.locator('.quick-input-box input').fill(name);
      await until(`${name} in the list`, async () => (await quick.locator('.monaco-list-row .label-name').first().innerText()).includes(base));
      await page.keyboard.press('Enter');
      await page.locator('.tabs-container .tab').filter({ hasText: base }).first().waitFor();
    },
  };
}
