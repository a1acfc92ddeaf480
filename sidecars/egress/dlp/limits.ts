/** Bytes unless said otherwise. What goes over a limit is refused, never waved through. */
export interface ScanLimits {
  /** Bodies up to here are held back whole, so that a finding means that nothing left. */
  readonly whole: number;
  /** Larger bodies are scanned in pieces of this size. */
  readonly piece: number;
  /** What stays behind between two pieces, at least. */
  readonly holdBack: number;
  /** Everything that one body or message may unpack and decode to, all layers together. */
  readonly decoded: number;
  /** The same for what is looked through in one go: a head. */
  readonly atOnce: number;
  /** How many times its size a compressed stream, a body or a message may unpack and decode to, once it is past `whole`. */
  readonly ratio: number;
  /** Longest WebSocket message. */
  readonly message: number;
}

const KIB = 1024;

export const scanLimits: ScanLimits = {
  whole: 1024 * KIB,
  piece: 256 * KIB,
  holdBack: 4 * KIB,
  decoded: 32 * 1024 * KIB,
  atOnce: 512 * KIB,
  ratio: 100,
  message: 16 * 1024 * KIB,
};
