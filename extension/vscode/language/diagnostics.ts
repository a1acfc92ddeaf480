import { Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, EventEmitter, Location, Position, RelativePattern, Uri, languages, window, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import type { Finding } from '../../core/manifests/language/diagnose.ts';
import { Disposables } from '../disposables.ts';
import type { AskLanguage } from './asking.ts';
import { manifestOf, manifestRoots, rangeIn } from './documents.ts';

/** What the Problems view shows as the origin of a finding. */
export const diagnosticSource = 'Bot Bottle';

/** Time without a key before a text is looked at, in milliseconds. */
const pause = 150;

/** Findings of every open manifest, as it is typed. One manifest may be what another one needs, so all are looked at. */
export class ManifestDiagnostics {
  readonly #ask: AskLanguage;
  readonly #held = new Disposables();
  readonly #collection = this.#held.add(languages.createDiagnosticCollection('botBottle'));
  readonly #changed = this.#held.add(new EventEmitter<void>());
  /** A manifest, open or not, has another text. */
  readonly onDidChangeManifests = this.#changed.event;
  #timer: NodeJS.Timeout | undefined;

  constructor(ask: AskLanguage) {
    this.#ask = ask;
    const soonFor = (document: TextDocument) => {
      if (manifestOf(document) !== undefined) this.#soon();
    };
    this.#held.add(workspace.onDidOpenTextDocument(soonFor));
    this.#held.add(workspace.onDidChangeTextDocument((event) => soonFor(event.document)));
    this.#held.add(
      workspace.onDidCloseTextDocument((document) => {
        this.#collection.delete(document.uri);
        soonFor(document);
      }),
    );
    // Skills, stored credentials and what else lies outside of manifests may have changed meanwhile.
    this.#held.add(window.onDidChangeActiveTextEditor((editor) => editor !== undefined && soonFor(editor.document)));
    this.#held.add({ dispose: () => clearTimeout(this.#timer) });
  }

  /** Begins, also anew: with the documents that are open, and with the files of the present home and workspace. */
  begin(): void {
    if (!workspace.isTrusted) return;
    const { home, workspaces } = manifestRoots();
    const watched = [new RelativePattern(Uri.file(home), '{bottles,agents}/*.md'), ...workspaces.map((folder) => new RelativePattern(Uri.file(folder), '.bot-bottle/{agents,recommended-bottles}/*.md'))];
    this.#watchers.dispose();
    for (const pattern of watched) {
      const watcher = this.#watchers.add(workspace.createFileSystemWatcher(pattern));
      this.#watchers.add(watcher.onDidCreate(() => this.#soon()));
      this.#watchers.add(watcher.onDidChange(() => this.#soon()));
      this.#watchers.add(watcher.onDidDelete(() => this.#soon()));
    }
    this.#soon();
  }
  readonly #watchers = this.#held.add(new Disposables());

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), pause);
  }

  async #look(): Promise<void> {
    this.#changed.fire();
    await Promise.all(workspace.textDocuments.map((document) => this.#lookAt(document)));
  }

  async #lookAt(document: TextDocument): Promise<void> {
    const { version } = document;
    const findings = await this.#ask(document, (language, of) => language.diagnose(of));
    if (findings === undefined || document.isClosed || document.version !== version) return;
    this.#collection.set(document.uri, findings.map((finding) => diagnostic(document, finding)));
  }

  dispose(): void {
    this.#held.dispose();
  }
}

function diagnostic(document: TextDocument, { range, severity, message, related }: Finding): Diagnostic {
  const made = new Diagnostic(rangeIn(document, range), message, severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning);
  made.source = diagnosticSource;
  if (related !== undefined) {
    made.relatedInformation = [new DiagnosticRelatedInformation(new Location(Uri.file(related.path), new Position(related.line - 1, related.column - 1)), related.message)];
  }
  return made;
}
