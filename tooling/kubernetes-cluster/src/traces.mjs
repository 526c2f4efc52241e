import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { until } from './until.mjs';

/** Of this start of the machine alone: what it names doesn't outlive that either. */
const stateFile = '/run/receptorjs-kubernetes.json';
const cgroups = '/sys/fs/cgroup';
/** Begins the name of the folder of a cluster; nothing else is ever removed. */
export const folderPrefix = 'receptorjs-kubernetes-';
/** Processes that were killed leave their cgroups a little later. */
const CGROUPS_MS = 10_000;

/**
 * What a cluster leaves on the machine unless it is removed: all of it is noted before it is made.
 *
 * @typedef {object} Traces
 * @property {string} folder all files
 * @property {string} bridge name of the network bridge of its pods
 * @property {string} ip path of the program that removes it
 * @property {string[]} madeFolders folders of the system that were not there, the innermost first
 * @property {import('./process-identity.mjs').ProcessIdentity} [isolation] the process whose end ends all others
 */

/** @returns {Traces | undefined} of the cluster that runs here or was not removed */
export function readTraces() {
  if (!existsSync(stateFile)) return undefined;
  return JSON.parse(readFileSync(stateFile, 'utf8'));
}

export function writeTraces(/** @type {Traces} */ traces) {
  const next = `${stateFile}.${process.pid}`;
  writeFileSync(next, JSON.stringify(traces), { mode: 0o600 });
  renameSync(next, stateFile);
}

/** The folders of these that are not there, with those above them that are not either; the innermost first. */
export function missingFolders(/** @type {readonly string[]} */ folders) {
  const missing = new Set();
  for (let folder of folders)
    for (; !existsSync(folder); folder = dirname(folder)) missing.add(folder);
  return [...missing].sort((a, b) => b.length - a.length);
}

export function makeFolders(/** @type {readonly string[]} */ folders) {
  for (const folder of folders) mkdirSync(folder, { recursive: true });
}

/** The cgroups of pods, one for each hierarchy; a kubelet gives them this name. */
export function podCgroups() {
  return ['', ...readdirSync(cgroups)]
    .map((hierarchy) => join(cgroups, hierarchy, 'kubepods'))
    .filter((path) => existsSync(path));
}

/**
 * Removes all that a cluster leaves, after its processes were ended.
 *
 * @throws Error that says what could not be removed; the note of it stays then
 */
export async function removeTraces(/** @type {Traces} */ traces) {
  if (!basename(traces.folder).startsWith(folderPrefix))
    throw new Error(`${stateFile}: ${traces.folder} is no folder of a cluster`);
  /** @type {string[]} */
  const problems = [];
  for (const step of [unmount, removeBridge, removeCgroups, removeFolders]) {
    try {
      await step(traces);
    } catch (error) {
      problems.push(String(error));
    }
  }
  if (problems.length > 0)
    throw new Error(`left of a Kubernetes cluster: ${problems.join('; ')} (see ${stateFile})`);
  rmSync(stateFile, { force: true });
}

/** Only inside of its mount namespace there is anything to unmount. */
function unmount(/** @type {Traces} */ { folder, madeFolders }) {
  const ours = (/** @type {string} */ path) =>
    madeFolders.includes(path) || path.startsWith(`${folder}/`);
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4]?.replaceAll('\\040', ' ') ?? '');
  for (const path of mounts.filter(ours).reverse()) execFileSync('umount', ['--lazy', path]);
}

function removeBridge(/** @type {Traces} */ { bridge, ip }) {
  if (existsSync(`/sys/class/net/${bridge}`)) execFileSync(ip, ['link', 'delete', bridge]);
}

async function removeCgroups() {
  for (const path of podCgroups())
    await until(
      `the end of ${path}`,
      () => {
        removeCgroup(path);
        return true;
      },
      CGROUPS_MS,
    );
}

/** The files of a cgroup can't be removed, and need not be. */
function removeCgroup(/** @type {string} */ path) {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  rmdirSync(path);
}

function removeFolders(/** @type {Traces} */ { folder, madeFolders }) {
  rmSync(folder, { recursive: true, force: true });
  for (const made of madeFolders) {
    try {
      rmdirSync(made);
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      // somebody else's by now
      if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].includes(code ?? '')) throw error;
    }
  }
}
