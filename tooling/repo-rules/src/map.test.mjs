import { describe, expect, it } from 'vitest';
import { missingFromMaps } from './map.mjs';

const maps = {
  architecture:
    '# A\n\n## The map\n\n    packages/\n      mesh      a node\n      plug-*    plugins: http, zmq\n\n## Direction\n\n    2  plug-http -zmq\n    1  mesh\n\n## More\nother\n',
  readme:
    '| [mesh](packages/mesh) |\n| [plug-http](packages/plug-http), [-zmq](packages/plug-zmq) |',
  inLayers: ['mesh', 'plug-http', 'plug-zmq', 'other'],
};

const member = (/** @type {string} */ name, manifest = {}) => ({
  name,
  kind: /** @type {const} */ ('packages'),
  manifest,
});

describe('missingFromMaps', () => {
  it('takes what the maps show, families of packages too', () => {
    const all = ['mesh', 'plug-http', 'plug-zmq'].map((name) => member(name));
    expect(missingFromMaps(all, maps)).toEqual([]);
  });
  it('names every map that lacks a package', () => {
    expect(missingFromMaps([member('nonesuch')], maps)).toEqual([
      "'nonesuch' stands in no layer; add it in tooling/repo-rules/src/layers.mjs",
      "docs/architecture.md: 'nonesuch' is missing from 'The map'",
      "docs/architecture.md: 'nonesuch' is missing from the layers of 'Direction'",
      "README.md: 'nonesuch' is missing from the table of packages",
    ]);
  });
  it('looks in the right section, and for whole words', () => {
    expect(missingFromMaps([member('other')], maps)).toHaveLength(3);
    expect(missingFromMaps([member('mes')], maps)).toHaveLength(4);
  });
  it('wants a package that is not published in the maps of those who work on it alone', () => {
    expect(missingFromMaps([member('other', { private: true })], maps)).toHaveLength(2);
  });
});
