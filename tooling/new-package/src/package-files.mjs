/**
 * The files of a new package, by their path in it.
 *
 * @param {string} name
 * @param {string} description a phrase
 * @returns {Record<string, string>}
 */
export function packageFiles(name, description) {
  const folder = `packages/${name}`;
  const published = { types: './dist/index.d.ts', default: './dist/index.js' };
  const tests = (/** @type {string} */ first, /** @type {string} */ project) =>
    `${first} --root ../.. --project ${project} --passWithNoTests ${folder}/`;
  const manifest = {
    name: `@receptorjs/${name}`,
    version: '0.0.0',
    description,
    keywords: ['receptor', 'mesh', 'automation'],
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    files: ['dist'],
    exports: {
      '.': { source: './src/index.ts', ...published },
      './package.json': './package.json',
    },
    publishConfig: {
      access: 'public',
      exports: { '.': published, './package.json': './package.json' },
    },
    scripts: {
      build: 'tsup',
      typecheck: 'tsc -p tsconfig.json',
      lint: 'node ../../tooling/repo-rules/src/lint-package.mjs',
      test: tests('vitest run', 'unit'),
      'test:watch': tests('vitest', 'unit'),
      'test:integration': tests('vitest run', 'integration'),
      'check-package': 'node ../../tooling/repo-rules/src/check-package.mjs',
    },
    devDependencies: {
      '@receptorjs/tooling-tsconfig': 'workspace:^',
      '@receptorjs/tooling-tsup': 'workspace:^',
      tsup: '^8.5.1',
      typescript: '~5.9.3',
      vitest: '^4.1.12',
    },
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify({ extends: '@receptorjs/tooling-tsconfig/base.json', include: ['src', '*.ts'] }, null, 2)}\n`,
    'tsup.config.ts':
      "import { library } from '@receptorjs/tooling-tsup';\n\nexport default library();\n",
    'src/index.ts': `/**
 * ${description}.
 *
 * @packageDocumentation
 */
export {};
`,
  };
}
