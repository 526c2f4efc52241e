// Lints the package in the current folder alone, as the root's `pnpm lint` lints all; with --fix it mends what can be.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const fix = process.argv.includes('--fix');
const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);
const statuses = [
  [bin('eslint'), ['.', ...(fix ? ['--fix'] : [])]],
  [
    bin('prettier'),
    [
      fix ? '--write' : '--check',
      '--log-level',
      'warn',
      '--ignore-path',
      join(root, '.prettierignore'),
      '--ignore-path',
      join(root, '.gitignore'),
      '.',
    ],
  ],
].map(([command, args]) => {
  const { status, error } = spawnSync(
    /** @type {string} */ (command),
    /** @type {string[]} */ (args),
    { stdio: 'inherit' },
  );
  if (error) throw error;
  return status ?? 1;
});
process.exitCode = statuses.some((status) => status !== 0) ? 1 : 0;
