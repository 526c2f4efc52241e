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
 * A library: one entry, declarations beside it, dependencies left to the installer.
 *
 * @param {import('tsup').Options} [options]
 */
export function library(options = {}) {
  return defineConfig({ ...shared, entry: ['src/index.ts'], dts: true, ...options });
}

/**
 * An app: everything but native modules in a few files, so that starting it opens few files.
 * CommonJS dependencies inside an ESM bundle need `require`, which the banner supplies.
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
    noExternal: [/^(?!node:|@receptorjs\/quic-engine-native$|koffi$|bufferutil$)/],
    // tsup leaves out dependencies by itself, optional ones not
    external: ['@receptorjs/quic-engine-native', 'koffi', 'bufferutil', ...external],
    esbuildOptions(build) {
      // esbuild adds 'import' or 'require' itself, whichever the importing file uses.
      build.conditions = ['source'];
      build.banner = {
        js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
      };
    },
    ...options,
  });
}
