import type { Page } from 'playwright-core';
import { until } from '../until.ts';

/** The integrated terminals of a window. Text is what is visible of the one in front. */
export function createTerminals(page: Page) {
  const front = page.locator('.terminal-wrapper.active .xterm, .terminal-editor .xterm').first();
  const text = async (): Promise<string> => {
    const rows = await front.locator('.xterm-rows > div').allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n').trimEnd();
  };
  return {
    text,
    count: (): Promise<number> => page.locator('.terminal-wrapper').count(),
    type: async (keys: string): Promise<void> => {
      await front.locator('.xterm-helper-textarea').focus();
      await page.keyboard.type(keys);
    },
    /** Waits until the terminal in front shows this; a line may be wrapped anywhere. */
    shows: async (wanted: string | RegExp, timeoutMs = 30_000): Promise<string> => {
      const found = async (): Promise<string | undefined> => {
        const seen = await text();
        const unwrapped = seen.replaceAll('\n', '');
        const there = typeof wanted === 'string' ? seen.includes(wanted) || unwrapped.includes(wanted) : wanted.test(seen) || wanted.test(unwrapped);
        return there ? seen : undefined;
      };
      try {
        return await until(`the terminal to show ${String(wanted)}`, found, timeoutMs);
      } catch (thrown) {
        throw new Error(`${thrown instanceof Error ? thrown.message : String(thrown)}\nIt shows:\n${await text().catch(() => '(no terminal)')}`, { cause: thrown });
      }
    },
    /** Name of each terminal tab, or of the only terminal. */
    titles: async (): Promise<string[]> => {
      const tabs = (await page.locator('.terminal-tabs-entry').allInnerTexts()).map((title) => title.trim()).filter((title) => title !== '');
      if (tabs.length > 0) return tabs;
      return (await page.locator('.single-terminal-tab').allInnerTexts()).map((title) => title.trim());
    },
  };
}
