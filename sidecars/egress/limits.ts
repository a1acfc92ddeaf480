/** How long each phase may take. Milliseconds. */
export interface TimeLimits {
  /** A request head, from its first byte. */
  readonly head: number;
  /** How often slow heads are looked for. */
  readonly sweep: number;
  /** From our answer to a CONNECT to the end of the TLS handshake, or the first byte of plain HTTP. */
  readonly handshake: number;
  /** A kept connection of the agent without a request. */
  readonly idle: number;
  /** Name resolution, TCP and TLS together. */
  readonly connect: number;
  /** Neither side of an exchange moved a byte. A model may think for minutes before its first token. */
  readonly silence: number;
  /** Requests in flight at shutdown get this long to end. */
  readonly farewell: number;
  /** What was let through before the agent went away gets this long to arrive at an upstream. */
  readonly goodbye: number;
}

export const timeLimits: TimeLimits = {
  head: 30_000,
  sweep: 5_000,
  handshake: 10_000,
  idle: 15 * 60_000,
  connect: 20_000,
  silence: 15 * 60_000,
  farewell: 3_000,
  goodbye: 2_000,
};
