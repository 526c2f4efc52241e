/**
 * What nearly every package needs and none should write again: the text of an error, a logger, the wait of a backoff, a listener
 * for an abort, the words of a command line. Private: bundled into the packages that use it.
 *
 * ```ts
 * import { backoffDelay, errorText } from '@receptorjs/primitives';
 *
 * const wait = backoffDelay({ first: 100, longest: 20_000 }, 3, Math.random());
 * console.log(wait >= 200 && wait <= 400, errorText(new Error('no route'))); // true no route
 * ```
 *
 * @packageDocumentation
 */
export { backoffDelay } from './backoff-delay.js';
export type { BackoffBounds } from './backoff-delay.js';
export { BufferPool } from './buffer-pool.js';
export { isDirectStream } from './direct-stream.js';
export type { DirectStream } from './direct-stream.js';
export { errorText } from './error-text.js';
export { silentLogger } from './logger.js';
export type { Logger } from './logger.js';
export { point } from './named-point.js';
export { onAbort } from './on-abort.js';
export { goShlex, pythonShlex, quoteShellWord, splitShellWords } from './shell-words.js';
export type { ShellDialect } from './shell-words.js';
export { memoizeBytes } from './memoize-bytes.js';
export { makeFolder } from './make-folder.js';
export { readChunks } from './read-chunks.js';
