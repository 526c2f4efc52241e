// wasm/engines.json says what the archive beside it was made of, so that a change of the source without a new build is
// seen where there is no toolchain.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { packageFolder, pinned, rust } from './toolchain.mjs';

/** What is in rust/ that the WebAssembly is not made of. */
const BESIDE = /^(target|patched)\/|^(deny\.toml|\.gitignore)$/;

export const wasmFolder = join(packageFolder, 'wasm');
export const recordFile = join(wasmFolder, 'engines.json');

/** @param {string | Buffer} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * What wasm/engines.json has to say of these variants and of the source as it is now; digests are SHA-256.
 *
 * @param {{ simd: Buffer, plain: Buffer }} variants
 */
export function recordOf({ simd, plain }) {
  return {
    toolchain: pinned,
    source: sourceDigest(),
    simd: sha256(simd),
    plain: sha256(plain),
  };
}

/** One digest of everything that decides what is built: names and contents, whatever ends their lines. */
function sourceDigest() {
  const files = readdirSync(rust, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(rust, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !BESIDE.test(file))
    .map((file) => join('rust', file));
  const hash = createHash('sha256');
  for (const file of [...files, join('build', 'compile.mjs')].sort()) {
    const text = readFileSync(join(packageFolder, file), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${file.split(sep).join('/')}\0${text.length}\0${text}`);
  }
  return hash.digest('hex');
}
