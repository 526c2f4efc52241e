import { spawn, type ChildProcess } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { pythonFolder } from '../python-assets.js';
import type { RunOptions } from '../inputs/run-options.js';

/** Makes in `folder` what {@link startRunner} starts. */
export async function buildRunner(folder: string): Promise<void> {
  await build({
    entry: [fileURLToPath(new URL('../index.ts', import.meta.url))],
    outDir: folder,
    format: 'esm',
    target: 'node20',
    noExternal: [/.*/],
    config: false,
    silent: true,
  });
  await symlink(pythonFolder(), join(folder, 'python'));
}

/** Starts a run in a process of its own, so that it can be killed. */
export async function startRunner(folder: string, options: RunOptions): Promise<ChildProcess> {
  const script = join(folder, 'start.mjs');
  await writeFile(
    script,
    `import { run } from './index.js'; await run(${JSON.stringify(options)});`,
  );
  return spawn(process.execPath, [script], { stdio: 'inherit' });
}
