// wasm/engines.br holds both variants, which have most of their code in common: the length of the first in four bytes,
// then both, compressed as one.
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const LENGTH_BYTES = 4;

/**
 * @param {Buffer} simd
 * @param {Buffer} plain
 * @returns {Buffer}
 */
export function pack(simd, plain) {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(simd.length);
  const all = Buffer.concat([length, simd, plain]);
  return brotliCompressSync(all, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: all.length,
    },
  });
}

/**
 * @param {Buffer} archive
 * @returns {{ simd: Buffer, plain: Buffer }}
 */
export function unpack(archive) {
  const all = brotliDecompressSync(archive);
  const second = LENGTH_BYTES + all.readUInt32LE();
  return { simd: all.subarray(LENGTH_BYTES, second), plain: all.subarray(second) };
}
