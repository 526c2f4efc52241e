/**
 * QUIC v1 in WebAssembly, for every platform that Node.js runs on: quinn-proto and rustls, with the keys, curves and
 * large ciphers of Node.js's own crypto.
 *
 * ```ts
 * import { loadEngine } from '@receptorjs/quic-engine-wasm';
 *
 * const engine = await loadEngine();
 * const connection = engine.connector({ ca: undefined, identity: undefined }).connect();
 * const room = Buffer.alloc(1_200);
 * console.log(engine.name, connection.send(room)); // its first datagram
 * connection.release();
 * ```
 *
 * The Rust source is in `rust/`, its build in `build/`; `npm run build:wasm` makes what is in `wasm/`.
 *
 * @packageDocumentation
 */
export { EngineUnavailable } from './engine-unavailable.js';
export { loadEngine } from './load-engine.js';
export type { WasmEngineOptions } from './load-engine.js';
