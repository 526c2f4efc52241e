// The licences of the crates inside wasm/, from their own files.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cratesOf } from './crates.mjs';
import { wasmFolder } from './record.mjs';
import { readToml } from './toolchain.mjs';

export const licencesFile = join(wasmFolder, 'THIRD-PARTY-LICENCES.txt');

/** Files in which a crate says how it is licensed. */
const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;
/** What a crate may be licensed by, as cargo-deny is told; one of several suffices. */
const ALLOWED = new Set(readToml('deny.toml').licenses.allow);

/** Every crate of the registry in the build, with the texts it comes with. */
export function licencesText() {
  const ours = new Set(['quic-engine', 'web-time']);
  const crates = cratesOf('Cargo.toml')
    .filter(({ name }) => !ours.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  /** @type {Map<string, string[]>} The crates by the texts they come with. */
  const byText = new Map();
  for (const { name, version, license, manifest_path: manifest } of crates) {
    if (!isAllowed(license ?? '')) throw new Error(`${name} ${version} is licensed by ${license}`);
    for (const text of textsIn(dirname(manifest))) {
      byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
    }
  }
  const rule = '='.repeat(80);
  const parts = [...byText].map(([text, names]) => [rule, ...names, rule, '', text].join('\n'));
  const head = 'The WebAssembly beside this file contains these crates.';
  return `${[head, ...parts].join('\n\n')}\n`;
}

/** @param {string} licence as Cargo.toml has it */
function isAllowed(licence) {
  return licence.split(/ OR |\//).some((choice) =>
    choice
      .replace(/[()]/g, '')
      .split(' AND ')
      .every((each) => ALLOWED.has(each.trim())),
  );
}

/**
 * The texts of licences in a crate's folder.
 *
 * @param {string} folder
 */
function textsIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r', '').trim());
}
