// `npm run build:wasm`: compiles rust/ to wasm/, the same bytes of WebAssembly wherever it runs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from './archive.mjs';
import { compile, packageFolder } from './compile.mjs';
import { writeLicences } from './licences.mjs';

const { simd, plain } = compile();
const archive = pack(simd, plain);
mkdirSync(join(packageFolder, 'wasm'), { recursive: true });
writeFileSync(join(packageFolder, 'wasm', 'engines.br'), archive);
writeLicences();
console.log(
  `wasm/engines.br: ${simd.length} and ${plain.length} bytes, ${archive.length} together`,
);
