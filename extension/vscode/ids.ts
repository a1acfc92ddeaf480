/** Every id that package.json and code share. A test keeps both sides equal. */
export const commandIds = {
  startAgent: 'botBottle.startAgent',
  attach: 'botBottle.attach',
  stop: 'botBottle.stop',
  reviewChanges: 'botBottle.reviewChanges',
  showEgressLog: 'botBottle.showEgressLog',
  openEgressDocument: 'botBottle.openEgressDocument',
  openManifest: 'botBottle.openManifest',
  createStarter: 'botBottle.createStarter',
  storeCredential: 'botBottle.storeCredential',
  doctor: 'botBottle.doctor',
  cleanUp: 'botBottle.cleanUp',
  applyAll: 'botBottle.applyAll',
  showLog: 'botBottle.showLog',
  refresh: 'botBottle.refresh',
  showMenu: 'botBottle.showMenu',
  openChange: 'botBottle.openChange',
  applyChange: 'botBottle.applyChange',
  discardChange: 'botBottle.discardChange',
} as const;

export type CommandName = keyof typeof commandIds;

export const viewIds = { bottles: 'botBottle.bottles', egress: 'botBottle.egress' } as const;

export const statusItemId = 'botBottle.status';

/** First argument of every source control of ours; menus name it. */
export const scmId = 'botBottle';

/** The three sides of a changed file as read-only documents, and the egress log as text. */
export const schemes = { base: 'bottle-base', change: 'bottle-change', host: 'bottle-host', egress: 'bottle-egress' } as const;

/** Conditions of menus and welcome texts. */
export interface ContextValues {
  /** Whether any backend works here; unset until somebody looked. */
  readonly machine: 'ready' | 'missing';
  /** Whether there is an agent to start. */
  readonly agents: 'none' | 'some';
  readonly bottles: 'none' | 'some';
  /** The editor in front is the multi-file review of a bottle. */
  readonly reviewActive: boolean;
}

export const contextPrefix = 'botBottle.';

export const settingIds = {
  backend: 'botBottle.backend',
  home: 'botBottle.home',
  baseImage: 'botBottle.docker.baseImage',
  extraCertificates: 'botBottle.extraCertificates',
} as const;

/** The backends a person may choose in the settings. */
export const backendNames = ['bubblewrap', 'docker'] as const;
