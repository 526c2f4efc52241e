/**
 * What an implementation of QUIC v1 has to offer to carry the streams of a mesh. There are no sockets and no timers in
 * it: the owner of a connection moves its datagrams and its time.
 *
 * ```ts
 * import type { QuicConnection } from '@receptorjs/quic-engine';
 *
 * // Hands everything that one end has to say to the other.
 * function deliver(from: QuicConnection, to: QuicConnection): void {
 *   const room = Buffer.alloc(1_200);
 *   for (let length = from.send(room); length > 0; length = from.send(room)) {
 *     to.receive(room.subarray(0, length));
 *   }
 * }
 * ```
 *
 * `@receptorjs/quic-engine-wasm` runs wherever Node.js does; `@receptorjs/quic-engine-native` is faster where it runs.
 *
 * @packageDocumentation
 */
export {
  IDLE_TIMEOUT_MS,
  LARGE_DATAGRAM,
  MAX_DATAGRAM,
  MIN_DATAGRAM,
  STREAM_WINDOW,
} from './limits.js';
export { CONNECTION_WINDOW, CONNECTION_ID_BYTES } from './limits.js';
export { callVerifier } from './call-verifier.js';
export { isInitial } from './initial.js';
export { reasonBytes } from './reason.js';
export { StreamCanceled } from './stream-canceled.js';
export type {
  QuicAcceptRules,
  QuicAcceptor,
  QuicConnection,
  QuicConnector,
  QuicDialRules,
  QuicEnd,
  QuicEngine,
  QuicEngineModule,
  QuicEngineOptions,
  QuicIdentity,
  QuicVerifier,
  QuicLosses,
  QuicRefusal,
} from './quic-engine.js';
