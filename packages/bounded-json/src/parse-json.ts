import type { JsonLimits } from './json-limits.js';
import { assertBoundedJson } from './json-scan.js';

/**
 * `JSON.parse` for texts of others: one that is beyond the limits is refused before it is parsed, which for ten megabytes
 * of brackets took nine seconds and 500 MB.
 *
 * @throws {@link JsonLimitError} for a text beyond the limits
 * @throws SyntaxError for one that is no JSON
 */
export function parseBoundedJson(text: string, limits: JsonLimits = {}): unknown {
  assertBoundedJson(text, limits);
  return JSON.parse(text);
}
