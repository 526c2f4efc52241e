/**
 * Streams between services of a mesh: QUIC (RFC 9000) over the datagrams of a `MeshNode`, each stream a Node.js
 * `Duplex` with half-close and back-pressure.
 *
 * ```ts
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { StreamHost } from '@receptorjs/netceptor-streams';
 *
 * const node = new MeshNode({ nodeId: 'solo' });
 * const streams = new StreamHost(node);
 * await streams.listen('echo', {}, (stream) => void stream.pipe(stream));
 *
 * const stream = await streams.dial('localhost', 'echo', { timeoutMs: 5000 });
 * stream.end('hello');
 * for await (const chunk of stream) process.stdout.write(chunk);
 * await node.close();
 * ```
 *
 * With `tls` (a `TlsClient` or `TlsServer` of `@receptorjs/certificates`) each end proves its node ID to the other; a
 * stream without reaches only services without.
 *
 * @packageDocumentation
 */
export { isTlsMissing, StreamError } from './errors.js';
export type { StreamErrorCode } from './errors.js';
export { StreamHost } from './stream-host.js';
export type { StreamHostOptions } from './stream-host.js';
export { StreamListener } from './listener/stream-listener.js';
export type { ListenOptions } from './listener/stream-listener.js';
export type { DialOptions } from './dial.js';
export type { MeshStream, StreamEnds, StreamReceiver } from './mesh-stream.js';
export { loadQuicEngine } from './choose-engine.js';
export type { EngineWish } from './choose-engine.js';
export type {
  QuicAcceptRules,
  QuicAcceptor,
  QuicConnection,
  QuicConnector,
  QuicDialRules,
  QuicEnd,
  QuicEngine,
  QuicIdentity,
} from '@receptorjs/quic-engine';
