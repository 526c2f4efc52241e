// `npm run check:wasm`: builds anew and compares with what is packaged; says so where it can't.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpack } from './archive.mjs';
import { compile } from './compile.mjs';
import { missingCrates } from './crates.mjs';
import { licencesFile, licencesText } from './licences.mjs';
import { sha256, wasmFolder } from './record.mjs';
import { missingToolchain } from './toolchain.mjs';

async function compare() {
  const packaged = unpack(readFileSync(join(wasmFolder, 'engines.br')));
  const folder = mkdtempSync(join(tmpdir(), 'quic-engine-'));
  try {
    const built = await compile(folder);
    for (const variant of /** @type {const} */ (['simd', 'plain'])) {
      const [have, want] = [sha256(packaged[variant]), sha256(built[variant])];
      const same = have === want;
      if (!same) process.exitCode = 1;
      console.log(
        `${variant}: packaged ${have}, built ${want}: ${same ? 'the same' : 'DIFFERENT'}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (readFileSync(licencesFile, 'utf8') !== licencesText()) {
    process.exitCode = 1;
    console.log('THIRD-PARTY-LICENCES.txt: DIFFERENT');
  }
}

const missing = missingToolchain() ?? missingCrates();
if (missing === undefined) await compare();
else console.log(`skipped: ${missing}, so wasm/ is not compared with a fresh build`);
