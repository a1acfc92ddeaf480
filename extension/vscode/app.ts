import type { LogOutputChannel } from 'vscode';
import type { BottleStore } from './bottles/store.ts';
import type { Credentials } from './credentials.ts';
import type { LoadEngine } from './engine.ts';
import type { ManifestEditing } from './language/register.ts';
import type { Reviews } from './review/reviews.ts';
import type { StatusBar } from './status/statusBar.ts';
import type { Drafts } from './recommend/drafts.ts';
import type { Recommender } from './recommend/recommender.ts';
import type { Terminals } from './terminal/terminals.ts';
import type { ConsentDocuments } from './trust/consentDocuments.ts';
import type { EgressDocuments } from './webviews/egressDocuments.ts';
import type { EgressView } from './webviews/egressView.ts';

/** Everything a command may use; each takes the part it needs. */
export interface App {
  readonly load: LoadEngine;
  readonly home: () => string;
  readonly store: BottleStore;
  readonly terminals: Terminals;
  readonly reviews: Reviews;
  readonly egress: EgressView;
  readonly documents: EgressDocuments;
  readonly consents: ConsentDocuments;
  readonly drafts: Drafts;
  readonly recommender: Recommender;
  readonly credentials: Credentials;
  readonly manifests: ManifestEditing;
  readonly status: StatusBar;
  readonly log: LogOutputChannel;
}

/** A command's work. Arguments come from menus, keybindings and other extensions, so nothing about them is known. */
export type Command = (...args: unknown[]) => Promise<void>;
