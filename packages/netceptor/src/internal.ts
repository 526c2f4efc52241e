/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { errorForProblem, PROBLEM_TEXT } from './errors.js';
export { MovableTimer } from './shell/movable-timer.js';
export { RESERVED_SERVICES } from './core/data/data-plane.js';
export { encodeReject } from './wire/reject.js';
export { checkServiceName } from './wire/data-header.js';
export { checkOwnNodeId } from './wire/node-id.js';
