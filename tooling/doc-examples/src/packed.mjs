import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryUnreachable } from '@receptorjs/tooling-bootstrap/prerequisites.mjs';
import { npm, patience, toolEnv } from '@receptorjs/tooling-bootstrap/setup.mjs';
import { run } from '@receptorjs/tooling-bootstrap/steps.mjs';
import { members, root } from '../../repo-rules/src/workspace.mjs';

const scope = '@receptorjs/';
/** What is published, by its name. */
export const published = new Map(
  members()
    .filter(({ manifest }) => !manifest.private)
    .map((member) => [String(member.manifest.name), member]),
);

/** Packages and all of ours that come with them. @param {Iterable<string>} names */
export function withDependencies(names) {
  const found = new Set(names);
  for (const name of found) {
    const { dependencies, optionalDependencies } = published.get(name)?.manifest ?? {};
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (other.startsWith(scope)) found.add(other);
  }
  return found;
}

/**
 * Packs packages as they would be published.
 *
 * @param {Iterable<string>} names
 * @returns {Promise<{ folder: string, specs: Record<string, string> }>} `specs`: what npm installs each from
 */
export async function pack(names) {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const filters = [...names].map((name) => `--filter=${name}`);
  const { code, output } = await run('pnpm', [...filters, 'pack', '--pack-destination', folder], {
    cwd: root,
    env: toolEnv(),
  });
  if (code !== 0) throw new Error(`pnpm pack ended with ${code}: ${output}`);
  const tarballs = new Set(readdirSync(folder));
  const specs = [...names].map((name) => {
    const { version } = published.get(name)?.manifest ?? {};
    const tarball = `${name.slice(1).replace('/', '-')}-${version}.tgz`;
    if (!tarballs.has(tarball)) throw new Error(`pnpm pack made no ${tarball}: ${output}`);
    return [name, `file:${join(folder, tarball)}`];
  });
  return { folder, specs: Object.fromEntries(specs) };
}

/**
 * Installs packages with npm into the folder of a place, as its only dependencies. Packages of ours that come with them are taken
 * from what was packed, all others from where npm takes them.
 *
 * @param {import('./workplace.mjs').Workplace} place
 * @param {readonly string[]} names
 * @param {Record<string, string>} specs of {@link pack}
 * @returns {Promise<{ missing?: string }>} `missing`: why it can't be done here
 */
export async function install(place, names, specs) {
  const dependencies = Object.fromEntries(names.map((name) => [name, specs[name]]));
  const manifest = { private: true, type: 'module', dependencies, overrides: specs };
  place.write('package.json', JSON.stringify(manifest));
  const { command, first } = npm();
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', ...patience];
  const { code, output } = await run(command, [...first, 'install', ...options], {
    cwd: place.folder,
    env: toolEnv(),
  });
  if (code !== 0 && registryUnreachable(output))
    return { missing: 'npm has no way to a package registry, and not everything in its cache' };
  if (code !== 0) throw new Error(`npm install ${names.join(' ')} ended with ${code}: ${output}`);
  /** @type {{ packages: Record<string, { resolved?: string }> }} */
  const { packages } = JSON.parse(readFileSync(place.path('package-lock.json'), 'utf8'));
  for (const [path, { resolved = '' }] of Object.entries(packages))
    if (path.includes(scope) && !resolved.startsWith('file:'))
      throw new Error(`${path} was not packed here: it was taken from ${resolved}`);
  return {};
}

/** What an installed package lets others import, as specifiers. */
export function entries(
  /** @type {import('./workplace.mjs').Workplace} */ place,
  /** @type {string} */ name,
) {
  const { exports = {} } = JSON.parse(
    readFileSync(place.path('node_modules', name, 'package.json'), 'utf8'),
  );
  return Object.keys(exports).map((entry) => name + entry.slice(1));
}

/** The commands of an installed package. @returns {string[]} */
export function commands(
  /** @type {import('./workplace.mjs').Workplace} */ place,
  /** @type {string} */ name,
) {
  const { bin = {} } = JSON.parse(
    readFileSync(place.path('node_modules', name, 'package.json'), 'utf8'),
  );
  return Object.keys(bin);
}
