import { skipsWithoutPostgres } from '@receptorjs/tooling-test-postgres';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command, root } from './mesh.js';

const tool = join(root, 'tooling', 'controller-trials', 'src', 'controller-trials.mjs');

it.skipIf(skipsWithoutPostgres()).each(['crash', 'node', 'database', 'partition', 'late', 'share'])(
  'the short form of the trial %s',
  async (name) => {
    const { stdout, stderr } = await command(process.execPath, [tool, name, '--short', '--json']);
    const { problems } = JSON.parse(stdout || '{}') as { readonly problems?: readonly string[] };
    expect(problems, stderr).toEqual([]);
  },
  // a busy machine may need a multiple of what it takes alone
  300_000,
);
