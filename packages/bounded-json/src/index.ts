/**
 * JSON of others, bounded before it is parsed: by how deep its objects and lists lie in one another, and by how many values
 * it holds. Its length is bounded by whoever reads it. Private: bundled into the packages that use it.
 *
 * ```ts
 * import { JsonLimitError, parseBoundedJson } from '@receptorjs/bounded-json';
 *
 * export function isTooDeep(text: string): boolean {
 *   try {
 *     parseBoundedJson(text, { maxDepth: 100 });
 *     return false;
 *   } catch (error) {
 *     return error instanceof JsonLimitError && error.code === 'too-deep';
 *   }
 * }
 * ```
 *
 * @packageDocumentation
 */
export { JsonLimitError, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './json-limits.js';
export type { JsonLimits } from './json-limits.js';
export { LoopTurns } from './loop-turns.js';
export { assertBoundedJson, parseBoundedJson } from './parse-json.js';
export { findEndOfJson, parseBoundedJsonInTurns } from './parse-in-turns.js';
export type { FoundJson } from './parse-in-turns.js';
