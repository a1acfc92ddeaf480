import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskWorld } from '../../../extension/core/manifests/language/diskWorld.ts';
import { createLanguage, type Language, type ManifestText } from '../../../extension/core/manifests/language/language.ts';
import type { Range } from '../../../extension/core/manifests/language/tree.ts';
import { writeTree } from '../workspace/world.ts';

/** Stands for the cursor in the texts of tests. */
export const caret = '▮';

/** A home, a workspace and skills on a real disk, and the language over them. */
export interface LanguageWorld {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  readonly language: Language;
  /** Texts of open documents by path; they hide the files. */
  readonly open: Map<string, string>;
  write(files: Readonly<Record<string, string>>): void;
  read(path: string): string;
  /** The manifest at a path below the root, with this text or that of the file; what stands at the caret is left out. */
  manifest(path: string, text?: string): ManifestText & { readonly offset: number };
  remove(): void;
}

export interface LanguageWorldOptions {
  readonly variables?: readonly string[];
  readonly trusted?: boolean;
}

export function languageWorld(options: LanguageWorldOptions = {}): LanguageWorld {
  const root = mkdtempSync(join(tmpdir(), 'language-'));
  const home = join(root, 'home');
  const workspace = join(root, 'ws');
  const open = new Map<string, string>();
  const language = createLanguage(
    diskWorld({
      roots: () => ({ home, workspaces: options.trusted === false ? [] : [workspace] }),
      providers: ['claude', 'shell'],
      userHome: join(root, 'person'),
      variables: async () => options.variables ?? [],
      open: (path) => open.get(path),
    }),
  );
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  return {
    root,
    home,
    workspace,
    language,
    open,
    read,
    write: (files) => writeTree(root, files),
    manifest: (path, given) => {
      const marked = given ?? read(path);
      const place = language.place(join(root, path));
      if (place === undefined) throw new Error(`${path} is no manifest`);
      return { place, text: marked.replace(caret, ''), offset: marked.indexOf(caret) };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A text between the two lines of dashes. */
export const front = (yaml: string, body = ''): string => `---\n${yaml}\n---\n${body}`;

/** A text after edits whose ranges belong to it. */
export function edited(text: string, edits: readonly { readonly range: Range; readonly text: string }[]): string {
  return [...edits].sort((a, b) => b.range.start - a.range.start).reduce((result, edit) => result.slice(0, edit.range.start) + edit.text + result.slice(edit.range.end), text);
}
