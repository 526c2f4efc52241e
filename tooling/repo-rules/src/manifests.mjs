import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { members, root } from './workspace.mjs';

/** The scripts of every package, so that work on one alone finds the same everywhere. */
const SCRIPTS = ['build', 'typecheck', 'lint', 'test', 'test:watch'];

/**
 * What every package carries: licence, engines, scripts; and what those that are published carry besides: keywords, an
 * exports map or commands, a list of files.
 *
 * @param {Record<string, any>} manifest
 * @param {'packages' | 'apps'} kind
 * @returns {string[]}
 */
export function checkManifest(manifest, kind) {
  const wrong = [];
  if (!/^@receptorjs\/[a-z-]+$/.test(manifest.name ?? ''))
    wrong.push('name must be in the scope @receptorjs');
  if (!manifest.description || manifest.description.endsWith('.'))
    wrong.push('description must be a phrase without a full stop');
  if (manifest.license !== 'Apache-2.0') wrong.push('license must be Apache-2.0');
  if (manifest.type !== 'module') wrong.push('type must be module');
  if (manifest.engines?.node !== '>=20.19') wrong.push('engines.node must be >=20.19');
  for (const script of SCRIPTS) {
    if (!manifest.scripts?.[script]) wrong.push(`scripts must have '${script}'`);
  }
  if (manifest.private) return wrong;
  if (!(manifest.keywords?.length >= 3)) wrong.push('keywords: at least three');
  if (!manifest.files?.includes('dist')) wrong.push('files must list dist');
  if (manifest.publishConfig?.access !== 'public')
    wrong.push('publishConfig.access must be public');
  if (kind === 'packages') {
    const published = manifest.publishConfig?.exports?.['.'];
    if (manifest.exports?.['.']?.source !== './src/index.ts')
      wrong.push("exports['.'].source must be ./src/index.ts");
    if (!published?.types || !published.default || published.source) {
      wrong.push("publishConfig.exports['.'] must have types and default, and no source");
    }
  } else if (!manifest.bin) wrong.push('bin must name the commands');
  return wrong;
}

/**
 * What of the dependencies an installer could not find: packages that are not published. As development dependencies they
 * are bundled.
 *
 * @param {Record<string, any>} manifest
 * @param {readonly string[]} unpublished
 * @returns {string[]}
 */
export function checkDependencies(manifest, unpublished) {
  if (manifest.private) return [];
  return unpublished
    .filter((name) =>
      ['dependencies', 'peerDependencies', 'optionalDependencies'].some(
        (kind) => manifest[kind]?.[name],
      ),
    )
    .map((name) => `${name} is not published; make it a development dependency, which is bundled`);
}

/**
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkManifests(from = root) {
  const license = readFileSync(join(from, 'LICENSE'), 'utf8');
  const all = members(from);
  const unpublished = all
    .filter(({ manifest }) => manifest.private)
    .map(({ manifest }) => manifest.name);
  return all.flatMap((member) => {
    const path = join(from, member.folder, 'LICENSE');
    const own = existsSync(path) && readFileSync(path, 'utf8') === license;
    return [
      ...checkManifest(member.manifest, member.kind).map(
        (why) => `${member.folder}/package.json: ${why}`,
      ),
      ...checkDependencies(member.manifest, unpublished).map(
        (why) => `${member.folder}/package.json: ${why}`,
      ),
      ...(own ? [] : [`${member.folder}/LICENSE: must be the same text as the root's`]),
    ];
  });
}
