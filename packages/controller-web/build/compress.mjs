// Compresses the built pages, and refuses a first load that is larger than it may be.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { firstLoad, manifestName } from './first-load.mjs';

const MAX_FIRST_LOAD = 350 * 1024;
const MIN_SIZE = 1024;
const compressible = new Set(['.html', '.js', '.css', '.svg']);
const dist = fileURLToPath(new URL('../dist/', import.meta.url));

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !compressible.has(extname(entry.name))) continue;
  const plain = readFileSync(path);
  if (plain.length < MIN_SIZE) continue;
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params }));
}

const { bytes, files } = firstLoad(dist);
rmSync(join(dist, manifestName));
const inKib = (/** @type {number} */ size) => `${(size / 1024).toFixed(1)} KiB`;
for (const [name, size] of files) console.log(`  ${inKib(size).padStart(10)}  ${name}`);
console.log(
  `first load of the jobs: ${inKib(bytes)} with gzip, of ${inKib(MAX_FIRST_LOAD)} allowed`,
);
if (bytes > MAX_FIRST_LOAD) {
  console.error('The first load is too large: load what it does not need later.');
  process.exitCode = 1;
}
