/** Small interfaces the core needs from whoever runs it. Each composition root brings its own. */

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Credentials and `${HOST_VAR}` values by name: the host's environment, and SecretStorage in VS Code. */
export interface Secrets {
  get(name: string): Promise<string | undefined>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Step by step news of a long operation. `fraction` is 0..1 of the whole when known; `bytes` so far in this step. */
export interface Progress {
  report(step: { readonly name: string; readonly fraction?: number; readonly bytes?: number; readonly detail?: string }): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
export const silentProgress: Progress = { report() {} };
export const systemClock: Clock = { now: () => Date.now() };

/** Where the shipped files are and how to run one of our Node programs. */
export interface Runtime {
  /** `process.execPath`: node, or VS Code's own Electron. */
  readonly node: string;
  /** Environment that makes `node` behave as Node: `ELECTRON_RUN_AS_NODE=1` under Electron, else empty. */
  readonly nodeEnv: Readonly<Record<string, string>>;
  /** Absolute path of `dist/`: cli.js, keeper.js, sidecars/*.js. */
  readonly dist: string;
  /** Absolute path of `provider-images/`. */
  readonly providerImages: string;
}
