import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyPlay, standIn, withDataDir } from './runner-cases.mjs';

/** @typedef {import('./mesh-cases.mjs').Figures} Figures */

const FILES_IN_A_FOLDER = 500;

/**
 * Runs a command between two files, as a shell would, and takes its time.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} input
 * @param {string} output
 * @returns {Promise<number>} seconds
 */
async function timedBetween(command, args, env, input, output) {
  const from = openSync(input, 'r');
  const to = openSync(output, 'w');
  try {
    const started = performance.now();
    const child = spawn(command, args, { env, stdio: [from, to, 'inherit'] });
    const [code] = /** @type {[number | null]} */ (await once(child, 'close'));
    if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
    return (performance.now() - started) / 1000;
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/**
 * A project of incompressible files through transmit, worker and process.
 *
 * @param {string} command
 * @param {number} count
 * @param {number} bytes of each file
 * @param {string} unit what is counted
 * @returns {Promise<Figures>}
 */
export function transmit(command, count, bytes, unit) {
  return withDataDir(emptyPlay, async (folder) => {
    const env = standIn(folder, (path) => writeFileSync(path, '#!/bin/sh\nexit 0\n'));
    for (let at = 0; at < count; at += 1) {
      const below = join(folder, 'project', `d${Math.floor(at / FILES_IN_A_FOLDER)}`);
      if (at % FILES_IN_A_FOLDER === 0) mkdirSync(below);
      writeFileSync(join(below, `f${at}`), randomBytes(bytes));
    }
    const out = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      const payload = join(out, 'payload');
      const result = join(out, 'result');
      const there = join(out, 'w');
      const from = ['transmit', folder, '-p', 'play.yml'];
      const sent = await timedBetween(command, from, env, '/dev/null', payload);
      const working = ['worker', '--private-data-dir', there];
      const worked = await timedBetween(command, working, env, payload, result);
      await timedBetween(command, ['process', folder], env, result, '/dev/null');
      return {
        [`transmit of ${count} ${unit} (s)`]: sent,
        [`worker on ${count} ${unit} (s)`]: worked,
      };
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
}
