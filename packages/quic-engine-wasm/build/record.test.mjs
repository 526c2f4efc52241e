import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unpack } from './archive.mjs';
import { recordFile, recordOf, wasmFolder } from './record.mjs';

it('the packaged WebAssembly is of the source as it is; if not: npm run build:wasm', () => {
  const packaged = unpack(readFileSync(join(wasmFolder, 'engines.br')));
  expect(JSON.parse(readFileSync(recordFile, 'utf8'))).toEqual(recordOf(packaged));
});
