/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { isEveryAddress, parseHostAndPort } from './address-fields.js';
export { place } from './items.js';
export { tlsNamesOf } from './cross-checks.js';
