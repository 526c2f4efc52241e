import { spawn } from 'node:child_process';
import { watch, readdirSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { standIn, withDataDir, emptyPlay } from './runner-cases.mjs';

/** The longest until all runs are under way, in ms. */
const LIMIT = 300_000;

/**
 * Memory of many runs at once, when all of them wait for their command: ours in one process, the original's in one each.
 *
 * @param {string} command
 * @param {boolean} isOurs
 * @param {number} count
 * @returns {Promise<import('./mesh-cases.mjs').Figures>}
 */
export function concurrentRuns(command, isOurs, count) {
  return withDataDir(emptyPlay, async (folder) => {
    const started = join(folder, 'started');
    mkdirSync(started);
    const env = standIn(folder, (path) =>
      writeFileSync(path, `#!/bin/sh\n: > ${started}/$$\nexec sleep 1000\n`),
    );
    const options = /** @type {const} */ ({ stdio: 'ignore' });
    const script = join(import.meta.dirname, 'concurrent-runs.mjs');
    const runners = isOurs
      ? [spawn(process.execPath, [script, folder, String(count)], { ...options, env })]
      : Array.from({ length: count }, (_, at) =>
          spawn(command, ['run', folder, '-p', 'play.yml', '--ident', `run${at}`, '-q'], {
            ...options,
            env,
          }),
        );
    const ended = Promise.all(
      runners.map((child) => new Promise((resolve) => child.once('close', resolve))),
    );
    try {
      await filled(started, count);
      const bytes = runners.reduce((sum, { pid }) => sum + proportionalSize(pid ?? 0), 0);
      return { [`memory of ${count} runs at once (MB)`]: bytes / 1e6 };
    } finally {
      for (const child of runners) child.kill('SIGTERM');
      await ended;
    }
  });
}

/** Resolves when the folder has so many files. @param {string} folder @param {number} count @returns {Promise<void>} */
function filled(folder, count) {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, () => check());
    const limit = setTimeout(() => {
      watcher.close();
      reject(new Error(`not all of ${count} runs were under way after ${LIMIT / 1000} s`));
    }, LIMIT);
    const check = () => {
      if (readdirSync(folder).length < count) return;
      clearTimeout(limit);
      watcher.close();
      resolve();
    };
    check();
  });
}

/** Memory of a process in bytes, what it shares with others divided among them. @param {number} pid */
function proportionalSize(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? NaN) * 1024;
}
