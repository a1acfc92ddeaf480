import type { LogOutputChannel } from 'vscode';
import type { Runtime } from '../core/ports.ts';
import type { Credentials } from './credentials.ts';
import type { Engine, LoadEngine } from './engine.ts';
import { manifestRoots, openText } from './language/documents.ts';
import { followLog } from './webviews/followLog.ts';

/** What the core is given by this editor. */
export interface CoreGiven {
  readonly runtime: Runtime;
  readonly credentials: Credentials;
  readonly log: LogOutputChannel;
  readonly home: () => string;
  readonly env: () => Readonly<Record<string, string | undefined>>;
}

/** The core, put together at the first call and kept. */
export interface CoreEngine {
  readonly load: LoadEngine;
  /** Puts it together anew at the next call, with the settings of then. Bottles are not touched. */
  readonly forget: () => void;
}

/** Loads the core's bundle when it is first needed; a load that failed is tried again. */
export function coreEngine(given: CoreGiven): CoreEngine {
  let loaded: Promise<Engine> | undefined;
  const forget = () => {
    loaded = undefined;
  };
  const load = () => {
    loaded ??= build(given).catch((thrown: unknown) => {
      forget();
      throw thrown;
    });
    return loaded;
  };
  return { load, forget };
}

async function build(given: CoreGiven): Promise<Engine> {
  const began = performance.now();
  const core = await import('../core/root.ts');
  const bottles = core.createBottles({
    runtime: given.runtime,
    home: given.home(),
    env: given.env(),
    secrets: given.credentials,
    ask: given.credentials,
    log: given.log,
  });
  given.log.debug(`core loaded in ${Math.round(performance.now() - began)} ms`);
  return {
    bottles,
    language: core.createManifestLanguage(given.env(), {
      roots: manifestRoots,
      variables: () => given.credentials.names(),
      open: openText,
    }),
    followLog: async function* (slug, signal, tail) {
      const file = bottles.logFile(slug);
      yield* followLog(core.readLog, file, tail === undefined ? 0 : await core.tailOffset(file, tail), signal);
    },
    proposeRoute: async (slug, id) => {
      const { bottle } = await bottles.metadata(slug);
      return core.proposeRoute(given.home(), bottle, await core.findRequest(bottles.logFile(slug), id));
    },
    parseFromPanel: core.parseFromPanel,
  };
}
