import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@receptorjs/runner-core';
import { makeDataDir } from './data-dir.mjs';

/** @typedef {Record<string, unknown> & { event: string, counter: number }} Event */
/** @typedef {{ status: string, rc: string, events: Event[], stdout: string, folder: string }} Recording */

const IDENT = 'parity';
/** The longest that one run may take, in seconds. */
const LIMIT = 120;

const playbookOf = (/** @type {import('./cases.mjs').Case} */ test) =>
  test.playbook ?? `${test.name}.yml`;

/**
 * Runs a case with our runner, in this process.
 *
 * @param {import('./cases.mjs').Case} test
 * @param {string} folder for the private data dir; does not exist yet
 * @param {string} venv virtual environment with Ansible
 * @returns {Promise<Recording>}
 */
export async function runOurs(test, folder, venv) {
  makeDataDir(folder, test, venv);
  await run({
    privateDataDir: folder,
    ident: IDENT,
    forks: 1,
    timeout: LIMIT,
    ...(test.module
      ? { module: test.module, moduleArgs: test.moduleArgs ?? '', hostPattern: test.hosts ?? '' }
      : { playbook: playbookOf(test) }),
    ...(test.verbosity && { verbosity: test.verbosity }),
    ...(test.omitEventData && { omitEventData: true }),
    ...(test.onlyFailedEventData && { onlyFailedEventData: true }),
    ...(test.tags && { cmdline: `--tags ${test.tags}` }),
  });
  return read(folder);
}

/**
 * Runs a case with the Python runner.
 *
 * @param {import('./cases.mjs').Case} test
 * @param {string} folder for the private data dir; does not exist yet
 * @param {string} venv virtual environment with ansible-runner and Ansible
 * @returns {Promise<Recording>}
 */
export async function runTheirs(test, folder, venv) {
  makeDataDir(folder, test, venv);
  const args = ['run', folder, '--ident', IDENT, '--forks', '1', '-q'];
  if (test.module)
    args.push('-m', test.module, '-a', test.moduleArgs ?? '', '--hosts', test.hosts ?? '');
  else args.push('-p', playbookOf(test));
  if (test.verbosity) args.push(`-${'v'.repeat(test.verbosity)}`);
  if (test.omitEventData) args.push('--omit-event-data');
  if (test.onlyFailedEventData) args.push('--only-failed-event-data');
  if (test.tags) args.push('--cmdline', `--tags ${test.tags}`);
  const child = spawn(join(venv, 'bin', 'ansible-runner'), args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT * 1000,
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = (errors + String(chunk)).slice(-2000)));
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    return read(folder);
  } catch (cause) {
    throw new Error(`The Python runner left no artifacts of ${test.name}: ${errors}`, { cause });
  }
}

/** What a run left behind. @param {string} folder @returns {Recording} */
function read(folder) {
  const artifacts = join(folder, 'artifacts', IDENT);
  const text = (/** @type {string} */ name) => readFileSync(join(artifacts, name), 'utf8');
  const events = readdirSync(join(artifacts, 'job_events'))
    .map((name) => /** @type {Event} */ (JSON.parse(text(join('job_events', name)))))
    .sort((a, b) => a.counter - b.counter);
  return { status: text('status'), rc: text('rc'), stdout: text('stdout'), events, folder };
}
