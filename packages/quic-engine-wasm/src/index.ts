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
 * The Rust source is in `rust/`, its build in `build/`, what it makes in `wasm/`. In a clone that is set
 * up (by `npm test` or `npm start`), with rustup and `patch`, some minutes each:
 *
 * ```sh
 * npm run build:wasm # makes what is in wasm/, the same bytes of WebAssembly everywhere
 * npm run check:wasm # builds anew and compares; a part of npm test where the pinned toolchain is installed
 * npm run audit:wasm # advisories, licences and origins of the crates, by cargo-deny, or by cargo-audit
 * ```
 *
 * `wasm/engines.json` has the digests of the source and of what was made of it, which the unit tests compare without a
 * toolchain. The licences of the crates inside are in `wasm/THIRD-PARTY-LICENCES.txt`.
 *
 * @packageDocumentation
 */
export { EngineUnavailable } from './engine-unavailable.js';
export { loadEngine } from './load-engine.js';
export type { WasmEngineOptions } from './load-engine.js';
