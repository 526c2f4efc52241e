import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command, root } from './mesh.js';

const tool = join(root, 'tooling', 'crash-matrix', 'src', 'crashes.mjs');

it('a unit outlives the kill of either daemon at every step and at random times', async () => {
  const args = ['--runs', '60', '--parallel', '6', '--json'];
  const { stdout, stderr } = await command(process.execPath, [tool, ...args]);
  const { runs, seed, failures } = JSON.parse(stdout || '{}') as {
    readonly runs: number;
    readonly seed: number;
    readonly failures: readonly unknown[];
  };
  console.log(`${runs} crashes, from seed ${seed} on`);
  // what failed is there, with the words that run it again
  expect(failures, stderr).toEqual([]);
  // a busy machine may need a multiple of the two minutes that it takes alone
}, 600_000);
