import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commands, l10n } from 'vscode';
import type { LogOutputChannel, Memento } from 'vscode';
import { toBottleError } from '../../core/errors.ts';
import type { Recommendations } from '../../core/trust/recommendations.ts';
import type { ContextKeys } from '../contextKeys.ts';
import type { LoadEngine } from '../engine.ts';
import { commandIds } from '../ids.ts';
import { folderNotice, unadopted } from './words.ts';
import { notify } from '../notify.ts';

/** What the recommender is given. */
export interface RecommenderParts {
  readonly load: LoadEngine;
  readonly keys: ContextKeys;
  readonly log: LogOutputChannel;
  /** Where it is kept what was said already. */
  readonly memory: Memento;
}

/** Looks at what the open folders bring and recommend, and says it once for each content. Only in trusted workspaces. */
export class Recommender {
  readonly #parts: RecommenderParts;

  constructor(parts: RecommenderParts) {
    this.#parts = parts;
  }

  /** What a folder offers; undefined when it has no `.bot-bottle`, which is found out without loading the core. */
  async of(folder: string): Promise<Recommendations | undefined> {
    const there = await stat(join(folder, '.bot-bottle')).then((found) => found.isDirectory(), () => false);
    return there ? (await this.#parts.load()).bottles.recommendations(folder) : undefined;
  }

  /** Looks at all folders: the welcome view follows, and whoever was not told yet is told. */
  async look(folders: readonly string[]): Promise<void> {
    try {
      const found = await Promise.all(folders.map(async (folder) => ({ folder, offered: await this.of(folder) })));
      await this.#parts.keys.set('recommended', found.some(({ offered }) => offered !== undefined && unadopted(offered).length > 0) ? 'some' : 'none');
      for (const { folder, offered } of found) if (offered !== undefined) await this.#tell(folder, offered);
    } catch (thrown) {
      this.#parts.log.error(`Looking at what the folder recommends failed: ${toBottleError(thrown).message}`);
    }
  }

  async #tell(folder: string, offered: Recommendations): Promise<void> {
    const { memory } = this.#parts;
    const key = `told:${folder}`;
    if (memory.get<string>(key) === offered.sha256) return;
    await memory.update(key, offered.sha256);
    for (const warning of offered.warnings) void notify.warning(warning);
    const notice = folderNotice(basename(folder), offered, l10n.t);
    if (notice === undefined) return;
    const review = { title: l10n.t('Review'), command: commandIds.adoptBottle };
    const start = { title: l10n.t('Start Agent'), command: commandIds.startAgent };
    const buttons = unadopted(offered).length > 0 ? [review] : [start];
    // Nobody waits for the answer: the notice may stay in the corner for hours.
    void notify.information(notice, ...buttons.map(({ title }) => title)).then(async (chosen) => {
      const button = buttons.find(({ title }) => title === chosen);
      if (button !== undefined) await commands.executeCommand(button.command);
    });
  }
}
