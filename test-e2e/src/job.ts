import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, env, type Daemon } from './mesh.js';

/** The work type under which `far` runs jobs. */
export const runnerWork = {
  'work-command': {
    worktype: 'ansible-runner',
    command: bin('ansible-runner'),
    params: 'worker',
  },
};

/** A private data dir with one playbook, on the machine itself. */
export function privateDataDir(folder: string, playbook: string): string {
  mkdirSync(join(folder, 'project'), { recursive: true });
  mkdirSync(join(folder, 'inventory'), { recursive: true });
  writeFileSync(join(folder, 'project', 'play.yml'), playbook);
  writeFileSync(
    join(folder, 'inventory', 'hosts'),
    'h1 ansible_connection=local ansible_python_interpreter={{ansible_playbook_python}}\n' +
      'h2 ansible_connection=local ansible_python_interpreter={{ansible_playbook_python}}\n',
  );
  return folder;
}

/** How the three commands of a job ended. */
export interface JobEnd {
  readonly transmit: number | null;
  readonly submit: number | null;
  readonly process: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a private data dir on `far`: transmit, submit through `near` and process, joined by pipes. */
export async function runJob(near: Daemon, pdd: string, ident: string): Promise<JobEnd> {
  const transmit = spawn(
    bin('ansible-runner'),
    ['transmit', pdd, '-p', 'play.yml', '--ident', ident],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const submit = spawn(
    bin('receptorctl'),
    ['--socket', near.socket, 'work', 'submit', 'ansible-runner', '--node', 'far', '-f', '-p', '-'],
    { env, stdio: [transmit.stdout, 'pipe', 'pipe'] },
  );
  const processing = spawn(bin('ansible-runner'), ['process', pdd, '--ident', ident], {
    env,
    stdio: [submit.stdout, 'pipe', 'pipe'],
  });
  transmit.stdout.destroy();
  submit.stdout.destroy();
  let stdout = '';
  let stderr = '';
  processing.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  for (const child of [transmit, submit, processing]) {
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  }
  const ends = await Promise.all(
    [transmit, submit, processing].map(
      async (child) => ((await once(child, 'close')) as [number | null])[0],
    ),
  );
  const [transmitCode = null, submitCode = null, processCode = null] = ends;
  return { transmit: transmitCode, submit: submitCode, process: processCode, stdout, stderr };
}

/** An event as it lies in `job_events/`, as far as these tests look at it. */
export interface StoredEvent {
  readonly counter: number;
  readonly event: string;
  readonly uuid: string;
  readonly stdout: string;
  readonly event_data?: { readonly host?: string; readonly task?: string };
}

/** The events of a run in the order of their counters. */
export function storedEvents(artifacts: string): StoredEvent[] {
  const folder = join(artifacts, 'job_events');
  return readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as StoredEvent)
    .sort((a, b) => a.counter - b.counter);
}
