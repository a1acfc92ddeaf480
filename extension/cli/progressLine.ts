import type { Progress } from '../core/ports.ts';
import type { Io } from './io.ts';
import { visibleLine } from './text/visible.ts';

/** Progress of a long operation on stderr: one line that is rewritten on a terminal, one line a step elsewhere. */
export interface ProgressLine extends Progress {
  /** Takes the line away again. */
  clear(): void;
}

export function createProgressLine(io: Io, json: boolean): ProgressLine {
  const live = io.stderr.isTTY === true;
  // With --json and no terminal, stderr is for the one error value.
  if (json && !live) return { report() {}, clear() {} };
  const state = { name: '', shown: false };
  return {
    report: (step) => {
      if (!live) {
        if (step.name === state.name) return;
        state.name = step.name;
        io.stderr.write(`${visibleLine(step.name)}\n`);
        return;
      }
      const parts = [step.name, percent(step.fraction), mebibytes(step.bytes), step.detail ?? ''].filter((part) => part !== '');
      const line = visibleLine(parts.join('  ')).slice(0, Math.max(20, (io.stderr.columns ?? 80) - 1));
      io.stderr.write(`\r\u001b[2K${line}`);
      state.shown = true;
    },
    clear: () => {
      if (state.shown) io.stderr.write('\r\u001b[2K');
      state.shown = false;
    },
  };
}

function percent(fraction: number | undefined): string {
  return fraction === undefined ? '' : `${Math.round(fraction * 100)} %`;
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
