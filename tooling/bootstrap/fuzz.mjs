// Feeds every decoder damaged input for a time, a summary line each.
//   npm run fuzz -- [--seconds N] [--seed N] [TARGET]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const args = process.argv.slice(2);
const option = (/** @type {string} */ name) => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
};
const seconds = option('--seconds') ?? '10';
const seed = option('--seed');
const [target = ''] = args;
const { status } = spawnSync(
  process.execPath,
  [
    join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--project',
    'unit',
    '--reporter=verbose',
    '-t',
    `fuzz: .*${target}`,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_SECONDS: seconds,
      ...(seed === undefined ? {} : { FUZZ_SEED: seed }),
    },
  },
);
process.exitCode = status ?? 1;
