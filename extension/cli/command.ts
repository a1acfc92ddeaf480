import type { ParseArgsConfig } from 'node:util';
import type { Bottles } from '../core/bottle/bottles.ts';
import type { Log } from '../core/ports.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

type Core = typeof import('../core/root.ts');

/** The core, composed for this process. */
export interface Product {
  readonly core: Core;
  readonly bottles: Bottles;
  /** `$BOT_BOTTLE_HOME`, absolute. */
  readonly home: string;
  readonly log: Log;
}

/** What a command works with. */
export interface Context extends Product {
  readonly io: Io;
  readonly out: Output;
}

/** A command line taken apart: options by name, words in order, and what stood after `--`. */
export interface Arguments {
  /** Last value of a string option; undefined when absent. */
  text(option: string): string | undefined;
  /** Every value of an option that may be repeated, in order. */
  texts(option: string): readonly string[];
  flag(option: string): boolean;
  readonly words: readonly string[];
  readonly rest: readonly string[];
}

/** One command of `bot-bottle`. */
export interface Command {
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  readonly summary: string;
  /** Options besides `--json` and `--help`. */
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Least and most positional words. */
  readonly words: readonly [number, number];
  /** Whether it takes a program after `--`. */
  readonly takesRest: boolean;
  /** Returns the exit status. */
  run(context: Context, args: Arguments): Promise<number>;
}
