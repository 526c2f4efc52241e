// Compiles rust/ with the toolchain that rust-toolchain.toml pins. Needs rustup's cargo, and `patch`.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const rust = join(packageFolder, 'rust');
const target = 'wasm32-unknown-unknown';
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
const path = `${join(cargoHome, 'bin')}${delimiter}${process.env.PATH ?? ''}`;

/** Whether there is a toolchain to compile with. */
export function hasToolchain() {
  const { status } = spawnSync('rustup', ['--version'], {
    stdio: 'ignore',
    env: { ...process.env, PATH: path },
  });
  return status === 0;
}

/**
 * Runs a program of the toolchain and returns what it printed, if that is asked for.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, capture?: boolean }} [options]
 * @returns {string}
 */
function runTool(command, args, { cwd = rust, env = {}, capture = false } = {}) {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: path, ...env },
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  return String(stdout ?? '');
}

/** @typedef {{ name: string, version: string, license: string | null, manifest_path: string }} Crate */

/**
 * The crates that end up in what a manifest in rust/ builds for the target.
 *
 * @param {string} manifest path from rust/
 * @returns {Crate[]}
 */
export function cratesOf(manifest) {
  const common = ['--locked', '--manifest-path', join(rust, manifest)];
  const metadata = ['metadata', '--format-version=1', '--filter-platform', target];
  const tree = ['tree', '--target', target, '-e', 'normal,no-proc-macro', '--prefix', 'none'];
  const linked = new Set(
    runTool('cargo', [...tree, '--format', '{p}', ...common], { capture: true })
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
  );
  const { packages } = JSON.parse(runTool('cargo', [...metadata, ...common], { capture: true }));
  return packages.filter((/** @type {Crate} */ { name, version }) =>
    linked.has(`${name} v${version}`),
  );
}

/** Makes rust/patched/quinn-proto: the crate as it was published, with our patch. */
export function patchQuinn() {
  const quinn = cratesOf(join('upstream', 'Cargo.toml')).find(({ name }) => name === 'quinn-proto');
  if (quinn === undefined) throw new Error('upstream/Cargo.toml names no quinn-proto');
  const patched = join(rust, 'patched', 'quinn-proto');
  rmSync(patched, { recursive: true, force: true });
  cpSync(dirname(quinn.manifest_path), patched, { recursive: true });
  runTool('patch', ['--silent', '-p1', '-i', join(rust, 'quinn-proto.patch')], { cwd: patched });
}

/**
 * Both variants: with the instructions for vectors, and without.
 *
 * @param {string} [folder] where to compile; what is there already is used
 * @returns {{ simd: Buffer, plain: Buffer }}
 */
export function compile(folder = join(rust, 'target')) {
  patchQuinn();
  const sysroot = runTool('rustc', ['--print', 'sysroot'], { capture: true }).trim();
  const variant = (/** @type {string} */ features, /** @type {string} */ name) => {
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
    runTool('cargo', ['build', '--release', '--locked', '--target', target, '--target-dir', out], {
      env: { CARGO_ENCODED_RUSTFLAGS: flags.join('\u001f') },
    });
    return readFileSync(join(out, target, 'release', 'quic_engine.wasm'));
  };
  return { simd: variant('+simd128', 'simd'), plain: variant('-simd128', 'plain') };
}
