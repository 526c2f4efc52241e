// `npm run check:wasm`: builds anew and compares with what is packaged; says so where there is no toolchain.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpack } from './archive.mjs';
import { compile, hasToolchain, packageFolder } from './compile.mjs';
import { licencesText } from './licences.mjs';

const hash = (/** @type {Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');

if (hasToolchain()) {
  const packaged = unpack(readFileSync(join(packageFolder, 'wasm', 'engines.br')));
  const folder = mkdtempSync(join(tmpdir(), 'quic-engine-'));
  const built = compile(folder);
  rmSync(folder, { recursive: true, force: true });
  for (const variant of /** @type {const} */ (['simd', 'plain'])) {
    const [have, want] = [hash(packaged[variant]), hash(built[variant])];
    const same = have === want;
    if (!same) process.exitCode = 1;
    console.log(`${variant}: packaged ${have}, built ${want}: ${same ? 'the same' : 'DIFFERENT'}`);
  }
  const licences = join(packageFolder, 'wasm', 'THIRD-PARTY-LICENCES.txt');
  if (readFileSync(licences, 'utf8') !== licencesText()) {
    process.exitCode = 1;
    console.log('THIRD-PARTY-LICENCES.txt: DIFFERENT');
  }
} else {
  console.log('skipped: there is no rustup here, so wasm/ is not compared with a fresh build');
}
