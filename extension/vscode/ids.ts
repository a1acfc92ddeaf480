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
  newAgent: 'botBottle.newAgent',
  newBottle: 'botBottle.newBottle',
  adoptBottle: 'botBottle.adoptBottle',
  adoptDraft: 'botBottle.adoptDraft',
  answerConsent: 'botBottle.answerConsent',
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
  dryRun: 'botBottle.dryRun',
  showEffectiveManifest: 'botBottle.showEffectiveManifest',
} as const;

export type CommandName = keyof typeof commandIds;

export const viewIds = { bottles: 'botBottle.bottles', egress: 'botBottle.egress' } as const;

export const statusItemId = 'botBottle.status';

/** First argument of every source control of ours; menus name it. */
export const scmId = 'botBottle';

/** The three sides of a changed file as read-only documents, the egress log as text, what a person agrees to, a bottle in review, and what a manifest comes to. */
export const schemes = { base: 'bottle-base', change: 'bottle-change', host: 'bottle-host', egress: 'bottle-egress', consent: 'bottle-consent', draft: 'bottle-draft', effective: 'bottle-effective' } as const;

/** Conditions of menus and welcome texts. */
export interface ContextValues {
  /** Whether any backend works here; unset until somebody looked. */
  readonly machine: 'ready' | 'missing';
  /** Whether there is an agent to start. */
  readonly agents: 'none' | 'some';
  readonly bottles: 'none' | 'some';
  /** Whether a folder recommends bottles that the home folder does not have as they are. */
  readonly recommended: 'none' | 'some';
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
