/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { isEveryAddress, parseHostAndPort } from './fields/address-fields.js';
export { place } from './file/items.js';
export { tlsNamesOf } from './checks/cross-checks.js';
