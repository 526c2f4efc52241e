/**
 * The verbs that are loaded when they are used, in one piece: a bundler makes a file of whatever a further piece shares with
 * the rest, and each file takes time to be found and opened.
 */
export { explain } from './explain.js';
export * as mesh from './mesh-verbs.js';
export * as work from './work-verbs.js';
