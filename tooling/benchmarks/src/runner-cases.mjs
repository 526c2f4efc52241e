import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { quantile } from './mesh-cases.mjs';

/** @typedef {import('./mesh-cases.mjs').Figures} Figures */

/**
 * A private data dir for one measurement.
 *
 * @template T
 * @param {string} playbook
 * @param {(folder: string) => Promise<T>} measure
 */
export async function withDataDir(playbook, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    for (const name of ['project', 'inventory', 'bin']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'inventory', 'hosts'), 'localhost ansible_connection=local\n');
    writeFileSync(join(folder, 'project', 'play.yml'), playbook);
    return await measure(folder);
  } finally {
    used.push(folder);
  }
}

/**
 * Folders to remove. Not before all is measured: where many files have just gone, ext4 takes ten times as long to make others.
 *
 * @type {string[]}
 */
const used = [];
process.once('exit', () => {
  for (const folder of used) rmSync(folder, { recursive: true, force: true });
});

/**
 * The environment of what is measured. `NODE_EXTRA_CA_CERTS` is a setting of some machines, of which every program of Node reads all
 * certificates at its start, needed or not: up to 50 ms that say nothing of the runner.
 */
function environment() {
  const env = { ...process.env };
  delete env.NODE_EXTRA_CA_CERTS;
  return env;
}

/**
 * Runs a command and takes its time.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, input?: string, output?: string }} [options] files for stdin, stdout
 * @returns {Promise<number>} seconds
 */
async function timed(command, args, { env = environment(), cwd, input, output } = {}) {
  const started = performance.now();
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => (errors += String(chunk)));
  const flows = [];
  if (input && child.stdin) flows.push(pipeline(createReadStream(input), child.stdin));
  if (output && child.stdout) flows.push(pipeline(child.stdout, createWriteStream(output)));
  else child.stdout?.resume();
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  await Promise.all(flows);
  if (code !== 0)
    throw new Error(`${command} ${args[0]} ended with ${code}: ${errors.slice(-500)}`);
  return (performance.now() - started) / 1000;
}

/** An environment in which `ansible-playbook` is the program given. */
export function standIn(
  /** @type {string} */ folder,
  /** @type {(path: string) => void} */ install,
) {
  const path = join(folder, 'bin', 'ansible-playbook');
  install(path);
  chmodSync(path, 0o755);
  return { ...environment(), PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
}

/** A play with nothing to do. */
export const emptyPlay = '- hosts: localhost\n  gather_facts: false\n  tasks: []\n';

/**
 * The runner's own cost of a run: a stub stands where ansible-playbook stands.
 *
 * @param {string} command
 * @param {number} count
 * @returns {Promise<Figures>}
 */
export function startUp(command, count) {
  return withDataDir(emptyPlay, async (folder) => {
    const env = standIn(folder, (path) => writeFileSync(path, '#!/bin/sh\nexit 0\n'));
    await timed(command, ['run', folder, '-p', 'play.yml'], { env });
    const times = [];
    for (let at = 0; at < count; at += 1)
      times.push(await timed(command, ['run', folder, '-p', 'play.yml'], { env }));
    return { 'runner, own cost of a run, p50 (s)': quantile(times, 0.5) };
  });
}

/**
 * Events a second into a file each; and into one file, where the runner can do that. The original has files alone, to which both are
 * compared.
 *
 * @param {string} command
 * @param {boolean} isOurs
 * @param {number} count
 * @returns {Promise<Figures>}
 */
export async function eventRate(command, isOurs, count) {
  const files = await replayed(command, count, []);
  const log = isOurs ? await replayed(command, count, ['--event-log']) : files;
  return { 'events per second, replayed': files, 'events per second, single-file log': log };
}

/**
 * @param {string} command
 * @param {number} count
 * @param {string[]} options
 */
function replayed(command, count, options) {
  return withDataDir(emptyPlay, async (folder) => {
    const env = {
      ...standIn(folder, (path) =>
        copyFileSync(join(import.meta.dirname, 'replay-playbook.py'), path),
      ),
      REPLAY_EVENTS: String(count),
    };
    const words = ['run', folder, '-p', 'play.yml', '--ident', 'x', '-q', ...options];
    const seconds = await timed(command, words, { env });
    const artifacts = join(folder, 'artifacts', 'x');
    const written =
      options.length === 0
        ? readdirSync(join(artifacts, 'job_events')).length
        : readFileSync(join(artifacts, 'job_events.jsonl'), 'latin1').split('\n').length - 1;
    if (written !== count) throw new Error(`${written} events of ${count} were written`);
    return count / seconds;
  });
}

/**
 * A loop of a real play, as a multiple of what ansible-playbook takes alone.
 *
 * @param {string} command
 * @param {number} items
 * @param {string} venv virtual environment with Ansible
 * @returns {Promise<Figures>}
 */
export function loopOverhead(command, items, venv) {
  const playbook = `- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug: { msg: "x{{ item }}" }
      loop: "{{ range(0, ${items}) | list }}"
`;
  return withDataDir(playbook, async (folder) => {
    const bin = join(venv, 'bin');
    if (!existsSync(join(bin, 'ansible-playbook')))
      throw new Error(`no ansible-playbook in ${bin}`);
    const env = { ...environment(), PATH: [bin, process.env.PATH].join(delimiter) };
    /** @type {number[]} */
    const bareTimes = [];
    /** @type {number[]} */
    const runTimes = [];
    // In turn, so that both see the same machine.
    for (let at = 0; at < 3; at += 1) {
      bareTimes.push(
        await timed('ansible-playbook', ['-i', '../inventory', 'play.yml'], {
          env,
          cwd: join(folder, 'project'),
        }),
      );
      runTimes.push(await timed(command, ['run', folder, '-p', 'play.yml', '-q'], { env }));
    }
    const [bare, run] = [quantile(bareTimes, 0.5), quantile(runTimes, 0.5)];
    return {
      [`real play of ${items} items, above bare Ansible (s)`]: run - bare,
      [`real play of ${items} items, times bare Ansible, p50`]: run / bare,
    };
  });
}
