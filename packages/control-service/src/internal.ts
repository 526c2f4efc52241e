/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { checkSocketFolder, clearSocketPath, privately } from './unix-socket-path.js';
