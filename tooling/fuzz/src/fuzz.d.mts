/** What is fed damaged input. */
export interface FuzzTarget {
  /** Inputs that are right, or wrong in an interesting way; everything begins with them. */
  readonly corpus: readonly (Uint8Array | string)[];
  /**
   * Takes an input. It throws for what must not happen. What it returns names the way the input was taken, an error's
   * code perhaps: inputs that are taken in a new way join the corpus.
   */
  run(input: Buffer): string | undefined | Promise<string | undefined>;
  /** Longest input in bytes: the limit of who reads it. Default 65,536. */
  readonly maxBytes?: number;
  /** Longest time one input may hold the event loop at once, in milliseconds of CPU; default 50. */
  readonly maxHoldMs?: number;
}

/** How a run of a target went. */
export interface FuzzReport {
  readonly inputs: number;
  /** Ways in which inputs were taken. */
  readonly ways: number;
  /** The longest time for which the event loop was held at once, in milliseconds of CPU. */
  readonly longestHoldMs: number;
}

/**
 * Feeds a target for a time.
 *
 * @throws Error that has the seed, the number and the bytes (base64) of the input that failed
 */
export function run(
  target: FuzzTarget,
  options: { readonly seed: number; readonly seconds: number },
): Promise<FuzzReport>;

/**
 * Registers a test that feeds a target: for `FUZZ_SECONDS` (half a second unless set) with `FUZZ_SEED` (a new one each
 * time unless set), and prints how it went when `FUZZ_SECONDS` is set.
 */
export function fuzz(name: string, target: FuzzTarget): void;
