import { MAX_JSON_DEPTH, MAX_JSON_VALUES, type JsonLimits } from './json-limits.js';
import { JsonScan } from './json-scan.js';

/**
 * `JSON.parse` for texts of others: one that is beyond the limits is refused before it is parsed, which for ten megabytes
 * of brackets took nine seconds and 500 MB.
 *
 * See docs/decisions/0093-json-is-bounded-before-it-is-parsed.md.
 *
 * @throws {JsonLimitError} for a text beyond the limits
 * @throws {SyntaxError} for one that is no JSON
 */
export function parseBoundedJson(text: string, limits: JsonLimits = {}): unknown {
  assertBoundedJson(text, limits);
  return JSON.parse(text);
}

/**
 * Throws for a JSON text that is beyond the limits, without parsing it: for who has another parser. Linear in its length, and
 * next to nothing where it has fewer brackets than levels are allowed, as most have. Whether it is JSON at all is not checked.
 *
 * @throws {JsonLimitError}
 */
export function assertBoundedJson(text: string, limits: JsonLimits = {}): void {
  const { maxDepth = MAX_JSON_DEPTH, maxValues = MAX_JSON_VALUES } = limits;
  // Every level takes a bracket, every value a bracket or a comma behind the one before it.
  if (text.length > maxValues || hasMoreBrackets(text, maxDepth))
    new JsonScan(text, limits).advance(text.length);
}

/** Whether there are more opening brackets than `limit`, those in texts counted, too. */
function hasMoreBrackets(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let left = limit;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (--left < 0) return true;
  return false;
}
