import { skipsWithoutKubernetes } from '@receptorjs/tooling-kubernetes-cluster';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command, root } from './mesh.js';

const tool = join(root, 'tooling', 'kubernetes-trials', 'src', 'trials.mjs');
const isSkipped = skipsWithoutKubernetes({ controls: true });

const trials = [
  'complete-output',
  // equal, or said to be lost
  'complete-output --spool never',
  'faults',
  'jobs',
  'memory',
];

it.skipIf(isSkipped).each(trials)(
  'the short form of the trial %s',
  async (words) => {
    const args = [tool, ...words.split(' '), '--short', '--json'];
    const { stdout, stderr } = await command(process.execPath, args);
    const { problems } = JSON.parse(stdout || '{}') as { readonly problems?: readonly string[] };
    expect(problems, stderr).toEqual([]);
  },
  // a busy machine may need a multiple of what it takes alone
  300_000,
);
