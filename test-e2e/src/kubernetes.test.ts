import { skipsWithoutKubernetes } from '@receptorjs/tooling-kubernetes-cluster';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command, root } from './mesh.js';

const tool = join(root, 'tooling', 'kubernetes-trials', 'src', 'trials.mjs');
const isSkipped = skipsWithoutKubernetes({ controls: true });

// by the log alone (`complete-output --spool never`) output may be lost unseen, before anybody reads it: that is for people to look at
const trials = ['complete-output', 'faults', 'jobs', 'memory'];

it.skipIf(isSkipped).each(trials)(
  'the short form of the trial %s',
  async (name) => {
    const { stdout, stderr } = await command(process.execPath, [tool, name, '--short', '--json']);
    const { problems } = JSON.parse(stdout || '{}') as { readonly problems?: readonly string[] };
    expect(problems, stderr).toEqual([]);
  },
  // a busy machine may need a multiple of what it takes alone
  300_000,
);
