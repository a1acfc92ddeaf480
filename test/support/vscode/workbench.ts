import type { Locator, Page } from 'playwright-core';
import { until } from '../until.ts';
import { createEditors } from './editors.ts';
import { createTerminals } from './terminals.ts';

/** `text` and nothing else, as a pattern. */
export const exactly = (text: string): RegExp => new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);

/** VS Code in a page, as a person uses it. Selectors are those of VS Code 1.139. */
export type Workbench = ReturnType<typeof createWorkbench>;

export function createWorkbench(page: Page) {
  const quick = page.locator('.quick-input-widget:visible');
  const quickField = quick.locator('.quick-input-box input');
  const quickRow = (label: string): Locator => quick.locator('.monaco-list-row').filter({ has: page.locator('.label-name', { hasText: exactly(label) }) }).first();
  const toast = (text: string | RegExp): Locator => page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
  const treeItem = (label: string | RegExp): Locator =>
    page.locator('.part.sidebar [role=treeitem]').filter({ has: page.locator('.label-name', { hasText: typeof label === 'string' ? exactly(label) : label }) }).first();
  const dialog = page.locator('.monaco-dialog-box');

  return {
    page,
    terminals: createTerminals(page),
    editors: createEditors(page),

    /** Loads the window and waits until the workbench stands. The extension may still be starting. */
    open: async (url: string): Promise<void> => {
      await page.goto(url);
      await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    },
    /**
     * Loads the window again, once the workbench has put away what it shows: it writes its layout and its tabs into
     * the browser's database some seconds after they changed, and a page that goes earlier takes them with it.
     */
    reload: async (shown: string): Promise<void> => {
      await until(`the window's memory to hold ${shown}`, () => page.evaluate(remembers, shown), 60_000);
      await page.reload();
      await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    },
    /** Runs a command from the palette by its whole title, `Bottle: Start Agent`. */
    command: async (title: string): Promise<void> => {
      // Something that takes the focus at this moment (a terminal that opens) closes the palette again.
      await until(`the command ${title} in the palette`, async () => {
        if (await quick.isVisible()) await page.keyboard.press('Escape');
        await page.keyboard.press('F1');
        await quickField.fill(`>${title}`, { timeout: 3_000 });
        await quickRow(title).click({ timeout: 3_000 });
        return true;
      }, 30_000);
    },
    /**
     * Presses `keys` until `shown` is there: what the language has to say comes a moment after the text, and a list
     * that was opened too early tells what was right before.
     */
    askFor: (keys: string, shown: Locator): Promise<boolean> =>
      until(`${shown.toString()} after ${keys}`, async () => {
        await page.keyboard.press(keys);
        if (await shown.waitFor({ timeout: 3_000 }).then(() => true, () => false)) return true;
        await page.keyboard.press('Escape');
        return false;
      }, 30_000),
    quick: {
      /** Waits for a pick or input whose title holds this text; the widget is reused from step to step. */
      titled: (text: string | RegExp): Promise<void> => quick.locator('.quick-input-title', { hasText: text }).waitFor(),
      rows: (): Promise<string[]> => quick.locator('.monaco-list-row .label-name').allInnerTexts(),
      pick: (label: string): Promise<void> => quickRow(label).click(),
      enter: async (text: string): Promise<void> => {
        await quickField.fill(text);
        await page.keyboard.press('Enter');
      },
      text: (): Promise<string> => quick.innerText(),
      cancel: (): Promise<void> => page.keyboard.press('Escape'),
    },
    toast,
    toastButton: (text: string | RegExp, button: string): Promise<void> => toast(text).locator('.monaco-button', { hasText: exactly(button) }).click(),
    /** A status item by (part of) its id. */
    status: (id: string): Locator => page.locator(`.part.statusbar .statusbar-item[id*="${id}"]`).first(),
    sidebar: async (title: string): Promise<void> => {
      const action = page.locator(`.activitybar a.action-label[aria-label^="${title}"]`).first();
      await action.click();
      await page.locator('.part.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
    },
    treeItem,
    treeAction: async (label: string | RegExp, action: string): Promise<void> => {
      const row = treeItem(label);
      await row.hover();
      await row.locator(`a.action-label[aria-label^="${action}"]`).click();
    },
    welcomeText: (): Promise<string> => page.locator('.part.sidebar .welcome-view-content').first().innerText(),
    dialog: {
      text: (): Promise<string> => dialog.innerText(),
      press: (button: string): Promise<void> => dialog.locator('.monaco-button', { hasText: exactly(button) }).click(),
    },
    /** The document inside a webview that holds `selector`. */
    webview: (selector: string): Promise<ReturnType<Page['frames']>[number]> =>
      until(`a webview with ${selector}`, async () => {
        for (const frame of page.frames()) {
          if (frame.name() !== 'active-frame' && !/\/fake\.html/.test(frame.url())) continue;
          if ((await frame.locator(selector).count()) > 0) return frame;
        }
        return undefined;
      }),
    /** The window as it is, with no hover card of the pointer in it. */
    screenshot: async (file: string): Promise<void> => {
      await page.mouse.move(700, 450);
      await page.screenshot({ path: file, animations: 'disabled' });
    },
  };
}

/** Whether what the workbench stored in the browser holds a text. Runs in the page. */
async function remembers(text: string): Promise<boolean> {
  const asked = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('the database did not answer'));
    });
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    const stores = [...database.objectStoreNames];
    const found = stores.length === 0 ? [] : await Promise.all(stores.map((store) => asked(database.transaction(store).objectStore(store).getAll())));
    database.close();
    if (JSON.stringify(found).includes(text)) return true;
  }
  return false;
}
