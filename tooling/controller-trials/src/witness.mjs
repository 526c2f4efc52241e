import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const PLAYBOOK = 'witness.yml';

/** Events of a task that is tried again and of one that pauses: how many there are depends on how long the gate is closed. */
export const VARYING_EVENTS = ['runner_retry', 'verbose'];

/**
 * A playbook that waits before a gate, a file, and then has so many steps of a second. It notes in a file that it has begun and that it has ended: what has really
 * run does not depend on what the control plane says of it.
 *
 * @param {string} file
 * @param {string} gate
 * @param {number} steps
 */
function witnessPlaybook(file, gate, steps) {
  const note = (/** @type {string} */ what) =>
    `    - raw: echo "{{ awx_job_id }} ${what}" >> ${file}\n      changed_when: false\n`;
  const step = (/** @type {number} */ at) =>
    `    - debug: {msg: "step ${at} of job {{ awx_job_id }}"}\n    - pause: {seconds: 1}\n`;
  const all = Array.from({ length: steps }, (_, at) => step(at + 1)).join('');
  // an action of Ansible's own process: fifty that wait must not keep the machine busy
  const wait = `    - pause: {seconds: 6}\n      until: query("ansible.builtin.fileglob", "${gate}") | length > 0\n      retries: 3600\n      delay: 1\n`;
  return `- hosts: all\n  gather_facts: false\n  tasks:\n${note('begun')}${wait}${all}${note('ended')}`;
}

/** Writes it into a project. @param {string} project @param {{ file: string, gate: string, steps: number }} witness */
export function writeWitness(project, { file, gate, steps }) {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, PLAYBOOK), witnessPlaybook(file, gate, steps));
  // by itself each waiting Ansible looks a thousand times a second whether a task has ended
  writeFileSync(join(project, 'ansible.cfg'), '[defaults]\ninternal_poll_interval = 0.25\n');
  writeFileSync(file, '');
}

/**
 * How often each job has begun and has ended, by the file.
 *
 * @param {string} file
 * @returns {Map<number, { begun: number, ended: number }>}
 */
export function readWitness(file) {
  /** @type {Map<number, { begun: number, ended: number }>} */
  const runs = new Map();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [id, what] = line.split(' ');
    if (id === undefined || id === '') continue;
    const run = runs.get(Number(id)) ?? { begun: 0, ended: 0 };
    if (what === 'begun' || what === 'ended') run[what] += 1;
    runs.set(Number(id), run);
  }
  return runs;
}
