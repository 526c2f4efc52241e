import { expect, it } from 'vitest';
import { judgeManifest } from './manifests.mjs';

const good = {
  name: '@receptorjs/x',
  description: 'An x',
  license: 'Apache-2.0',
  type: 'module',
  engines: { node: '>=20.19' },
  keywords: ['a', 'b', 'c'],
  files: ['dist'],
  exports: { '.': { source: './src/index.ts' } },
  publishConfig: {
    access: 'public',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  },
};

it('accepts a complete manifest', () => expect(judgeManifest(good, 'packages')).toEqual([]));
it.each([
  ['license', 'MIT', /license/],
  ['engines', { node: '>=18' }, /engines/],
  ['keywords', [], /keywords/],
  ['files', ['src'], /files/],
  ['publishConfig', { access: 'public' }, /publishConfig/],
])('refuses a wrong %s', (key, value, message) => {
  expect(judgeManifest({ ...good, [key]: value }, 'packages').join()).toMatch(message);
});
it('wants an app to name its commands', () =>
  expect(judgeManifest(good, 'apps')).toEqual(['bin must name the commands']));
