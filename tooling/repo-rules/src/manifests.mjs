import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { members, root } from './workspace.mjs';

/**
 * What every published package carries: licence, engines, keywords, an exports map or commands, a list of files.
 *
 * @param {Record<string, any>} manifest
 * @param {'packages' | 'apps'} kind
 * @returns {string[]}
 */
export function judgeManifest(manifest, kind) {
  const wrong = [];
  if (!/^@receptorjs\/[a-z-]+$/.test(manifest.name ?? ''))
    wrong.push('name must be in the scope @receptorjs');
  if (!manifest.description || manifest.description.endsWith('.'))
    wrong.push('description must be a phrase without a full stop');
  if (manifest.license !== 'Apache-2.0') wrong.push('license must be Apache-2.0');
  if (manifest.type !== 'module') wrong.push('type must be module');
  if (manifest.engines?.node !== '>=20.19') wrong.push('engines.node must be >=20.19');
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
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkManifests(from = root) {
  const license = readFileSync(join(from, 'LICENSE'), 'utf8');
  return members(from).flatMap((member) => {
    const path = join(from, member.folder, 'LICENSE');
    const own = existsSync(path) && readFileSync(path, 'utf8') === license;
    return [
      ...judgeManifest(member.manifest, member.kind).map(
        (why) => `${member.folder}/package.json: ${why}`,
      ),
      ...(own ? [] : [`${member.folder}/LICENSE: must be the same text as the root's`]),
    ];
  });
}
