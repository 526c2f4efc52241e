// The crates that rust/ is built of.
import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool, rust, target } from './toolchain.mjs';

/** @typedef {{ name: string, version: string, license: string | null, manifest_path: string }} Crate */

/** The manifest that names quinn-proto as it was published. */
export const upstream = join('upstream', 'Cargo.toml');

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
    runTool('cargo', [...tree, '--format', '{p}', ...common])
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
  );
  const { packages } = JSON.parse(runTool('cargo', [...metadata, ...common]));
  return packages.filter((/** @type {Crate} */ { name, version }) =>
    linked.has(`${name} v${version}`),
  );
}

/** Makes rust/patched/quinn-proto: the crate as it was published, with our patch. */
export function patchQuinn() {
  const quinn = cratesOf(upstream).find(({ name }) => name === 'quinn-proto');
  if (quinn === undefined) throw new Error(`${upstream} names no quinn-proto`);
  const patched = join(rust, 'patched', 'quinn-proto');
  rmSync(patched, { recursive: true, force: true });
  cpSync(dirname(quinn.manifest_path), patched, { recursive: true });
  runTool('patch', ['--silent', '-p1', '-i', join(rust, 'quinn-proto.patch')], patched);
}

const UNREACHABLE = /could not resolve host|failed to download|network|timed out|couldn't connect/i;

/**
 * Downloads the crates that are not on this machine yet, and patches quinn-proto.
 *
 * @returns {string | undefined} why they can't be had, when that is the network's fault
 */
export function missingCrates() {
  try {
    patchQuinn();
    runTool('cargo', ['fetch', '--locked', '--target', target]);
    return undefined;
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (!UNREACHABLE.test(message)) throw error;
    return "crates are missing here, and their registry can't be reached";
  }
}
