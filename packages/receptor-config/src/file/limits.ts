/** What a configuration may be at most; more is refused with a message, before it can cost time or memory. */
export const limits = {
  /** Bytes of one file. */
  fileBytes: 262_144,
  /** Files of one command line, those of folders included. */
  files: 1_000,
  /** Values of one file after its aliases have been put in place. */
  values: 100_000,
  /** Maps and lists inside each other. */
  depth: 32,
  /** Open brackets inside each other, wherever they stand: the YAML reader goes one call deeper for each. */
  brackets: 500,
  /** Mistakes that are listed. */
  mistakes: 1_000,
} as const;
