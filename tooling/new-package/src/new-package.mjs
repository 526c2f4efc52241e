// `pnpm new-package NAME LAYER`: a package that builds, is tested and linted, and stands in the layers and maps.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../repo-rules/src/workspace.mjs';
import { addPackage } from './add-package.mjs';

const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);

/** Runs a command in the root; its failure is ours. */
function run(/** @type {string} */ command, /** @type {string[]} */ args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

try {
  const [name, layer, ...rest] = process.argv.slice(2);
  if (name === undefined || layer === undefined || rest.length > 0) {
    throw new Error(
      'usage: pnpm new-package NAME LAYER (the layers have numbers in docs/architecture.md)',
    );
  }
  const changed = addPackage(root, name, layer);
  run(bin('prettier'), ['--write', '--log-level', 'warn', ...changed]);
  run(process.execPath, ['tooling/repo-rules/src/readme.mjs', '--write']);
  run('pnpm', ['install', '--prefer-offline']);
  run(process.execPath, ['tooling/repo-rules/src/check.mjs']);
  console.log(`packages/${name} is there: cd packages/${name} && pnpm test:watch`);
  console.log(
    'Say what it is for in src/index.ts, package.json, README.md and docs/architecture.md.',
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
