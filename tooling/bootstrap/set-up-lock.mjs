import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { SetupError } from './steps.mjs';

const POLL_MS = 200;
/** A set-up from nothing takes a few minutes on a slow line. */
const LONGEST_WAIT_MS = 20 * 60_000;

/**
 * Does the work while no other process of this clone does any under the same lock: two commands at once would take each
 * other's half-made folders for their own.
 *
 * @template T
 * @param {string} file the lock: holds the ID of the process that has it; one of a process that is gone does not count
 * @param {() => Promise<T>} work
 * @param {(ms: number) => Promise<unknown>} [pause]
 * @returns {Promise<T>}
 * @throws SetupError when the other does not end
 */
export async function exclusively(file, work, pause = (ms) => setTimeout(ms)) {
  let waited = 0;
  for (let owner = take(file); owner !== process.pid; owner = take(file)) {
    if (waited === 0) console.log(`Waiting for the set-up that process ${owner} does here`);
    if (waited >= LONGEST_WAIT_MS) {
      throw new SetupError(
        `Process ${owner} has been setting up this clone for too long: end it, or remove ${file} if it does something else, and run the command again.`,
      );
    }
    await pause(POLL_MS);
    waited += POLL_MS;
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Takes the lock if it is free. Returns who has it then. */
function take(/** @type {string} */ file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    for (;;) {
      try {
        linkSync(own, file);
        return process.pid;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      }
      const owner = ownerOf(file);
      if (owner !== undefined && isAlive(owner)) return owner;
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function ownerOf(/** @type {string} */ file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined; // given back a moment ago
  }
}

function isAlive(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
