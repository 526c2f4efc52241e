/** What a JSON text of others may hold. */
export interface JsonLimits {
  /** Objects and lists that lie in one another; {@link MAX_JSON_DEPTH} by default. */
  readonly maxDepth?: number;
  /** Values in all, names of objects not counted; {@link MAX_JSON_VALUES} by default. */
  readonly maxValues?: number;
}

/** Deepest nesting by default. Python's own parser takes about as much, Go's ten times that. */
export const MAX_JSON_DEPTH = 1000;

/** Most values by default: each takes up to 60 bytes of memory beside the text that it stands for. */
export const MAX_JSON_VALUES = 4_000_000;

/** A JSON text that is beyond what is allowed; it was not parsed. */
export class JsonLimitError extends Error {
  /** `too-deep`, or `too-many-values`. */
  readonly code: 'too-deep' | 'too-many-values';

  constructor(code: JsonLimitError['code'], limit: number) {
    super(
      code === 'too-deep'
        ? `JSON is nested deeper than ${limit} levels`
        : `JSON holds more than ${limit} values`,
    );
    this.name = 'JsonLimitError';
    this.code = code;
  }
}
