import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MARK } from './job.mjs';

/** Processes of jobs with this mark, and supervisors of units in this folder. @param {string} mark @param {string} folder */
export function processesLeft(mark, folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, command: read(pid, 'cmdline'), environment: read(pid, 'environ') }))
    .filter(
      ({ command, environment }) =>
        environment.split('\0').includes(`${MARK}=${mark}`) ||
        command.split('\0').some((word) => word.startsWith(folder) && word.endsWith('/supervisor')),
    )
    .map(({ pid, command }) => `${pid} ${command.replaceAll('\0', ' ').trim()}`);
}

/** @param {string} pid @param {string} name */
function read(pid, name) {
  try {
    return readFileSync(join('/proc', pid, name), 'utf8');
  } catch {
    // it has ended
    return '';
  }
}

/** Files of a data directory, those left out by which daemons find each other. @param {string} dataDir */
export const filesLeft = (dataDir) =>
  readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() || entry.parentPath !== dataDir)
    .filter((entry) => !entry.name.startsWith('.owner-'))
    .map((entry) => join(entry.parentPath, entry.name));

/** Sockets by which daemons find each other. @param {string} dataDir */
export const ownersLeft = (dataDir) =>
  readdirSync(dataDir).filter((name) => name.startsWith('.owner-'));
