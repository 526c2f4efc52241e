import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const nativeEngine = 'packages/quic-engine-native/src/index.ts';

// Neither 'import' nor 'require': they follow from the importing file, and Node gets these conditions too.
const conditions = ['source', 'node'];
// Nothing depends on the native engine. Tests find it all the same when they are run for it by RECEPTOR_QUIC_ENGINE=native.
const alias: Record<string, string> =
  process.env['RECEPTOR_QUIC_ENGINE'] === 'native'
    ? { '@receptorjs/quic-engine-native': join(import.meta.dirname, nativeEngine) }
    : {};
const resolve = { conditions, alias };
const ssr = { resolve: { conditions, externalConditions: conditions } };
const shared = { environment: 'node', pool: 'forks' } as const;

export default defineConfig({
  test: {
    // Most tests wait for other processes: one worker for each of two cores, where the default leaves one idle.
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: 'unit',
          include: [
            '{packages,apps}/*/src/**/*.test.ts',
            'packages/*/build/*.test.mjs',
            'tooling/**/*.test.mjs',
          ],
          exclude: ['**/*.integration.test.{ts,mjs}', '**/node_modules/**'],
          // ends what hangs; a busy machine may need a multiple of what a test takes alone
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: 'integration',
          include: [
            '{packages,apps}/*/src/**/*.integration.test.ts',
            'tooling/*/src/**/*.integration.test.mjs',
            'examples/*/*.integration.test.mjs',
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: 'e2e',
          include: ['test-e2e/src/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
