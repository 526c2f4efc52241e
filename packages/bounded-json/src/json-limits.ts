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

/**
 * Longest name, and longest stretch of blanks, digits and the like between what has a value, in characters of a text that is taken
 * in turns: they are parsed in one step. Python reads integers of up to 4,300 digits.
 */
export const MAX_JSON_TOKEN = 256 * 1024;

const REASONS = {
  'too-deep': (limit: number) => `JSON is nested deeper than ${limit} levels`,
  'too-many-values': (limit: number) => `JSON holds more than ${limit} values`,
  'too-long': (limit: number) =>
    `JSON has a name or number, or blanks, of more than ${limit} characters`,
} as const;

/** A JSON text that is beyond what is allowed; it was not parsed. */
export class JsonLimitError extends Error {
  readonly code: keyof typeof REASONS;

  constructor(code: JsonLimitError['code'], limit: number) {
    super(REASONS[code](limit));
    this.name = 'JsonLimitError';
    this.code = code;
  }
}
