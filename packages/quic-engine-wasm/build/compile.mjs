// Compiles rust/ with the pinned toolchain. Needs rustup's cargo, and `patch`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patchQuinn } from './crates.mjs';
import { cargoHome, runTool, rust, target, toolchainEnv } from './toolchain.mjs';

/** A minute on a machine with nothing else to do. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Both variants, at once: with the instructions for vectors, and without.
 *
 * @param {string} [folder] where to compile; what is there already is used
 * @returns {Promise<{ simd: Buffer, plain: Buffer }>}
 */
export async function compile(folder = join(rust, 'target')) {
  patchQuinn();
  const sysroot = runTool('rustc', ['--print', 'sysroot']).trim();
  const variant = async (/** @type {string} */ features, /** @type {string} */ name) => {
    const flags = [
      '--cfg',
      'getrandom_backend="custom"',
      `-Ctarget-feature=${features}`,
      // No path of the building machine gets into the result.
      `--remap-path-prefix=${rust}=engine/`,
      `--remap-path-prefix=${cargoHome}=cargo`,
      `--remap-path-prefix=${sysroot}=rust`,
    ];
    const out = join(folder, name);
    await build(out, flags);
    return readFileSync(join(out, target, 'release', 'quic_engine.wasm'));
  };
  const [simd, plain] = await Promise.all([
    variant('+simd128', 'simd'),
    variant('-simd128', 'plain'),
  ]);
  return { simd, plain };
}

/** @param {string} folder @param {readonly string[]} flags */
async function build(folder, flags) {
  const args = ['build', '--release', '--locked', '--target', target, '--target-dir', folder];
  const child = spawn('cargo', args, {
    cwd: rust,
    env: { ...toolchainEnv, CARGO_ENCODED_RUSTFLAGS: flags.join('\u001f') },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`cargo ${args.join(' ')} ended with ${code ?? signal}`);
}
