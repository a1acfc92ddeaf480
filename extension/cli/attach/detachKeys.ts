const ctrlP = 0x10;
const ctrlQ = 0x11;

/** Keystrokes that go to the agent, and whether the person asked to leave. */
export interface Typed {
  readonly forward: Uint8Array;
  readonly detach: boolean;
}

/**
 * Watches keystrokes for Ctrl-P Ctrl-Q. A Ctrl-P is held back until the next key shows what was meant, so a lone Ctrl-P
 * reaches the agent one key late; what follows a detach is dropped.
 */
export function createDetachKeys(): (typed: Uint8Array) => Typed {
  const state = { held: false };
  return (typed) => {
    const forward: number[] = [];
    for (const byte of typed) {
      if (state.held && byte === ctrlQ) {
        state.held = false;
        return { forward: Uint8Array.from(forward), detach: true };
      }
      if (state.held) forward.push(ctrlP);
      state.held = byte === ctrlP;
      if (!state.held) forward.push(byte);
    }
    return { forward: Uint8Array.from(forward), detach: false };
  };
}
