/**
 * What those outside share, counted so that one of them can't take it all: a total, a share for each origin (the local
 * socket, an address, a node of the mesh), and a part that is reserved for the local socket; and the space of a file system, of
 * which a part stays free. Private: bundled into the
 * packages that use it.
 *
 * ```ts
 * import { addressOrigin, localOrigin, SharedQuota } from '@receptorjs/quotas';
 *
 * const connections = new SharedQuota({ total: 100, perOrigin: 50, reserved: 10 });
 * const one = addressOrigin('192.0.2.1');
 * for (let i = 0; i < 50; i++) connections.take(one);
 * console.log(connections.take(one), connections.take(localOrigin)); // origin-full taken
 * ```
 *
 * @packageDocumentation
 */
export { DiskReserve, DiskReserves, usableBytes } from './disk-reserve.js';
export { addressOrigin, localOrigin, nodeOrigin, requestOrigin } from './origin.js';
export type { Origin } from './origin.js';
export { PendingConnections } from './pending-connections.js';
export { SharedPlaces } from './shared-places.js';
export type { PlaceAnswer, PlaceHolder } from './shared-places.js';
export { SharedLines } from './shared-lines.js';
export { SharedQuota } from './shared-quota.js';
export type { QuotaAnswer, QuotaBounds } from './shared-quota.js';
