/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { ProtocolViolations } from './connection/protocol-violations.js';
export { watchOrPoll } from './units/unit-watch.js';
export { Backoff } from './connection/backoff.js';
