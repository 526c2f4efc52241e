// The toolchain that rust/rust-toolchain.toml pins, by rustup.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';

export const packageFolder = fileURLToPath(new URL('..', import.meta.url));
export const rust = join(packageFolder, 'rust');
export const target = 'wasm32-unknown-unknown';
export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');

/** The environment of the toolchain's programs. */
export const toolchainEnv = {
  ...process.env,
  PATH: `${join(cargoHome, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
};

/** @returns {Record<string, any>} a TOML file of rust/ */
export function readToml(/** @type {string} */ file) {
  return parse(readFileSync(join(rust, file), 'utf8'));
}

/** The pinned version. */
export const pinned = String(readToml('rust-toolchain.toml').toolchain?.channel);

/**
 * Runs a program of the toolchain in rust/, or elsewhere, and returns what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [cwd]
 * @returns {string}
 * @throws with what it said, when it fails
 */
export function runTool(command, args, cwd = rust) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: toolchainEnv,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

/**
 * What a program prints; undefined where there is none, or when it fails. Not in rust/, where rustup might install what
 * is pinned there.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
export function output(command, args) {
  const options = {
    cwd: packageFolder,
    env: toolchainEnv,
    encoding: /** @type {const} */ ('utf8'),
  };
  const { status, stdout } = spawnSync(command, args, options);
  return status === 0 ? stdout : undefined;
}

/**
 * Why there is nothing to compile with here; undefined when there is. Installs nothing.
 *
 * @returns {string | undefined}
 */
export function missingToolchain() {
  const toolchains = output('rustup', ['toolchain', 'list']);
  if (toolchains === undefined) return 'there is no rustup here';
  if (!toolchains.split('\n').some((line) => line.startsWith(`${pinned}-`))) {
    return `rustup has no toolchain ${pinned}`;
  }
  const targets = output('rustup', ['target', 'list', '--installed', '--toolchain', pinned]);
  if (!targets?.split('\n').includes(target)) return `toolchain ${pinned} has no target ${target}`;
  if (output('patch', ['--version']) === undefined) return 'there is no patch here';
  return undefined;
}
