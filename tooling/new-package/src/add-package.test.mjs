import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkManifest } from '../../repo-rules/src/manifests.mjs';
import { missingFromMaps } from '../../repo-rules/src/map.mjs';
import { root } from '../../repo-rules/src/workspace.mjs';
import { addPackage } from './add-package.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'new-package-'));
  for (const path of [
    'LICENSE',
    'README.md',
    'docs/architecture.md',
    'tooling/repo-rules/src/layers.mjs',
    'tooling/repo-rules/src/workspace.mjs',
  ]) {
    cpSync(join(root, path), join(folder, path));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (/** @type {string} */ path) => readFileSync(join(folder, path), 'utf8');

describe('addPackage', () => {
  it('writes a package that the rules take, into its layer and the maps', async () => {
    addPackage(folder, 'mesh-recorder', '6');
    const manifest = JSON.parse(text('packages/mesh-recorder/package.json'));
    expect(checkManifest(manifest, 'packages')).toEqual([]);
    const { layers } = await import(join(folder, 'tooling/repo-rules/src/layers.mjs'));
    expect(layers[6]).toContain('mesh-recorder');
    const member = { name: 'mesh-recorder', kind: /** @type {const} */ ('packages'), manifest };
    const maps = {
      architecture: text('docs/architecture.md'),
      readme: text('README.md'),
      inLayers: layers.flat(),
    };
    expect(missingFromMaps([member], maps)).toEqual([]);
  });

  it.each(['0', '3', '6'])('leaves no gap in layer %s', async (layer) => {
    addPackage(folder, 'mesh-recorder', layer);
    const { layers } = await import(join(folder, 'tooling/repo-rules/src/layers.mjs'));
    expect(layers[Number(layer)].filter((/** @type {unknown} */ each) => !each)).toEqual([]);
    expect(Object.keys(layers[Number(layer)])).toHaveLength(layers[Number(layer)].length);
    expect(layers[Number(layer)].at(-1)).toBe('mesh-recorder');
  });

  it.each([
    ['Mesh', '6', /lower-case words/],
    ['../escape', '6', /lower-case words/],
    ['workceptor', '6', /there is a package/],
    ['mesh-recorder', '8', /number of 0 to 7/],
    ['mesh-recorder', 'six', /number of 0 to 7/],
  ])('refuses %s in %s and writes nothing', (name, layer, message) => {
    const before = readdirSync(folder, { recursive: true }).length;
    expect(() => addPackage(folder, name, layer)).toThrow(message);
    expect(readdirSync(folder, { recursive: true })).toHaveLength(before);
    expect(existsSync(join(folder, 'packages'))).toBe(false);
  });
});
