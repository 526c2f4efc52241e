import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { QuicEngine, QuicEngineOptions } from '@receptorjs/quic-engine';
import { CipherChoice } from './ciphers/host-cipher.js';
import { isAesFaster } from './ciphers/faster-cipher.js';
import { EngineUnavailable } from './engine-unavailable.js';
import { hasSimd } from './simd.js';
import { WasmEngine } from './wasm-engine.js';
import { webAssembly, type WasmModule } from './web-assembly.js';

/** How the engine is loaded. */
export interface WasmEngineOptions extends QuicEngineOptions {
  /** Whether to use the instructions for vectors; default: where the machine has them. */
  readonly simd?: boolean;
  /**
   * Whether large datagrams are sealed by OpenSSL where they lie, for which the optional package `koffi` is needed; without it
   * `node:crypto` does it, at half the speed. `true` looks for it at once. Default: once the process has sealed or opened a MiB.
   */
  readonly inPlaceCiphers?: boolean;
}

/**
 * Loads the engine; the first in a process is compiled, which takes some tens of milliseconds.
 *
 * @throws {EngineUnavailable}
 */
export async function loadEngine(options: WasmEngineOptions = {}): Promise<QuicEngine> {
  const { simd = hasSimd(), inPlaceCiphers, ...limits } = options;
  const ciphers = inPlaceCiphers === false ? CipherChoice.nodes : CipherChoice.best;
  const [module] = await Promise.all([compiled(simd), inPlaceCiphers && ciphers.look()]);
  return new WasmEngine({ module, simd, ciphers, prefersAes: isAesFaster() }, limits);
}

const decompress = promisify(brotliDecompress);
/** Both variants, made by build/archive.mjs: the length of the first in four bytes, then both. */
const ARCHIVE = '../wasm/engines.br';
const LENGTH_BYTES = 4;

/** The compiled variants: code without state, which any number of instances share. */
const modules = new Map<boolean, Promise<WasmModule>>();

function compiled(simd: boolean): Promise<WasmModule> {
  let module = modules.get(simd);
  if (module === undefined) {
    module = compile(simd);
    modules.set(simd, module);
    // What failed once, such as to read a file, may go well the next time.
    module.catch(() => modules.delete(simd));
  }
  return module;
}

async function compile(simd: boolean): Promise<WasmModule> {
  try {
    const archive = await decompress(await readFile(new URL(ARCHIVE, import.meta.url)));
    const second = LENGTH_BYTES + archive.readUInt32LE();
    const wasm = simd ? archive.subarray(LENGTH_BYTES, second) : archive.subarray(second);
    return await webAssembly.compile(wasm);
  } catch (cause) {
    throw new EngineUnavailable(cause);
  }
}
