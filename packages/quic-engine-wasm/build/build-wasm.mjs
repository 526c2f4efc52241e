// `npm run build:wasm`: compiles rust/ to wasm/, the same bytes of WebAssembly wherever it runs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from './archive.mjs';
import { compile } from './compile.mjs';
import { licencesFile, licencesText } from './licences.mjs';
import { recordFile, recordOf, wasmFolder } from './record.mjs';

const { simd, plain } = await compile();
const archive = pack(simd, plain);
mkdirSync(wasmFolder, { recursive: true });
writeFileSync(join(wasmFolder, 'engines.br'), archive);
writeFileSync(recordFile, `${JSON.stringify(recordOf({ simd, plain }), undefined, 2)}\n`);
writeFileSync(licencesFile, licencesText());
console.log(
  `wasm/engines.br: ${simd.length} and ${plain.length} bytes, ${archive.length} together`,
);
