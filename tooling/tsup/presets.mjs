import { relative } from 'node:path';
import { defineConfig } from 'tsup';

/** @type {import('tsup').Options} */
const shared = {
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  clean: true,
  sourcemap: true,
  treeshake: true,
  splitting: true,
};

/**
 * Packages of this workspace that are not published: what declarations name of them stands in the declarations. They are found by the field `types` of their package.json.
 */
const unpublished = /^@receptorjs\/primitives$/;

/**
 * A library: one entry, declarations beside it, dependencies left to the installer.
 *
 * @param {import('tsup').Options} [options]
 */
export function library(options = {}) {
  return defineConfig({
    ...shared,
    entry: ['src/index.ts'],
    dts: { resolve: [unpublished] },
    ...options,
  });
}

/**
 * Modules of Node that CommonJS dependencies require at their top and hardly ever use. `node:process` is not cheap: it asks
 * for every property of `process`, and so opens stdin.
 *
 * @type {NonNullable<import('tsup').Options['esbuildPlugins']>[number]}
 */
const builtinsOnDemand = {
  name: 'builtins-on-demand',
  setup(build) {
    const filter = /^(?:node:)?(?:child_process|process)$/;
    build.onResolve({ filter }, ({ path, kind, importer }) => {
      if (kind !== 'require-call') return undefined;
      const name = path.replace(/^node:/, '');
      // one for each importer: what is shared becomes a file
      const file = `${name} for ${relative(process.cwd(), importer)}`;
      return { path: file, namespace: 'builtins-on-demand', pluginData: name };
    });
    build.onLoad({ filter: /./, namespace: 'builtins-on-demand' }, ({ pluginData: name }) => ({
      contents:
        name === 'process'
          ? 'module.exports = process;'
          : `module.exports = new Proxy({}, { get: (_, key) => process.getBuiltinModule('${name}')[key] });`,
    }));
  },
};

/**
 * An app: everything but native modules in a few files, so that starting it opens few files.
 * CommonJS dependencies inside an ESM bundle need `require`, which the banner supplies; where none does, it falls away.
 *
 * @param {import('tsup').Options} [options]
 */
export function app({ external = [], ...options } = {}) {
  return defineConfig({
    ...shared,
    entry: ['src/cli.ts'],
    dts: false,
    sourcemap: false,
    // What is shorter starts sooner. Names stay: people read them in stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    noExternal: [/^(?!node:|@receptorjs\/quic-engine-native$|koffi$|bufferutil$|@opentelemetry\/)/],
    // tsup leaves out dependencies by itself, optional ones not; `bufferutil` is one of `ws`, where somebody has it
    external: [
      '@receptorjs/quic-engine-native',
      'koffi',
      'bufferutil',
      /^@opentelemetry\//,
      ...external,
    ],
    removeNodeProtocol: false,
    esbuildPlugins: [builtinsOnDemand],
    esbuildOptions(build) {
      // esbuild adds 'import' or 'require' itself, whichever the importing file uses.
      build.conditions = ['source'];
      build.banner = {
        js: "const require = (id) => process.getBuiltinModule('module').createRequire(import.meta.url)(id);",
      };
    },
    ...options,
  });
}
