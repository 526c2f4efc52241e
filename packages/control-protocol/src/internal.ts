/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { compareBytes, sortKeys } from './json.js';
export { MAX_LAST_OUTPUT } from './unit-report.js';
