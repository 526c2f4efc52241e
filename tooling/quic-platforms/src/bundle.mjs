import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = import.meta.dirname;
const wasm = join(
  dirname(fileURLToPath(import.meta.resolve('@receptorjs/quic-engine-wasm/package.json'))),
  'wasm',
);

/**
 * Makes the short form one file beside the packaged WebAssembly, as in the package: the folder runs wherever Node and
 * `openssl` do.
 *
 * @param {string} folder
 * @returns {Promise<string>} the file to run
 */
export async function bundleShortForm(folder) {
  const outfile = join(folder, 'dist', 'short-form.mjs');
  await build({
    entryPoints: [join(here, 'short-form.mjs')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    alias: { vitest: join(here, 'vitest-alone.mjs') },
    logLevel: 'error',
  });
  await cp(wasm, join(folder, 'wasm'), { recursive: true });
  return outfile;
}
