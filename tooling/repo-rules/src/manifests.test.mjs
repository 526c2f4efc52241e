import { expect, it } from 'vitest';
import { checkDependencies, checkManifest } from './manifests.mjs';

const good = {
  name: '@receptorjs/x',
  description: 'An x',
  license: 'Apache-2.0',
  type: 'module',
  engines: { node: '>=20.19' },
  keywords: ['a', 'b', 'c'],
  files: ['dist'],
  scripts: { build: 'b', typecheck: 't', lint: 'l', test: 'e', 'test:watch': 'w' },
  exports: { '.': { source: './src/index.ts' } },
  publishConfig: {
    access: 'public',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  },
};

it('accepts a complete manifest', () => expect(checkManifest(good, 'packages')).toEqual([]));
it.each([
  ['license', 'MIT', /license/],
  ['engines', { node: '>=18' }, /engines/],
  ['keywords', [], /keywords/],
  ['files', ['src'], /files/],
  ['scripts', { build: 'b', typecheck: 't', test: 'e' }, /'lint'.*'test:watch'/],
  ['publishConfig', { access: 'public' }, /publishConfig/],
])('refuses a wrong %s', (key, value, message) => {
  expect(checkManifest({ ...good, [key]: value }, 'packages').join()).toMatch(message);
});
it('wants an app to name its commands', () =>
  expect(checkManifest(good, 'apps')).toEqual(['bin must name the commands']));
it('wants of a package that is not published only what building needs', () => {
  const leaf = { ...good, keywords: undefined, publishConfig: undefined, files: undefined };
  expect(checkManifest({ ...leaf, private: true }, 'packages')).toEqual([]);
});
it('refuses to publish a package that needs one which is not published', () => {
  const leaf = { '@receptorjs/leaf': 'workspace:^' };
  expect(checkDependencies({ devDependencies: leaf }, ['@receptorjs/leaf'])).toEqual([]);
  expect(checkDependencies({ dependencies: leaf }, ['@receptorjs/leaf']).join()).toMatch(
    /leaf is not published/,
  );
});
