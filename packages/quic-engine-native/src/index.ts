/**
 * QUIC v1 by quiche's native binding. Streams of a mesh take it by themselves where it is installed and a binary of it
 * fits the platform: Linux on x64 with glibc 2.34 or newer.
 *
 * ```ts
 * import { loadEngine } from '@receptorjs/quic-engine-native';
 *
 * const engine = await loadEngine(); // rejects where no binary fits
 * console.log(engine.name);
 * ```
 *
 * @packageDocumentation
 */
export { EngineUnavailable } from './engine-unavailable.js';
export { loadEngine } from './load-engine.js';
