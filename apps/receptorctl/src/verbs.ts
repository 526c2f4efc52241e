/**
 * The verbs that are loaded when they are used, in one piece: a bundler makes a file of whatever a further piece shares with
 * the rest, and each file takes time to be found and opened.
 */
export { explain } from './verbs/explain.js';
export { logLevel } from './verbs/log-level-verb.js';
export { top } from './top/top-verb.js';
export * as mesh from './verbs/mesh-verbs.js';
export * as work from './verbs/work-verbs.js';
