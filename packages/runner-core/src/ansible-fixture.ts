import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from './events/events.js';

/** The virtual environment with the Ansible of the tests. */
export const venv =
  process.env.RECEPTORJS_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url));

/** Why tests with real Ansible can't run here, or `undefined` when they can. */
export const ansibleMissing = existsSync(join(venv, 'bin', 'ansible-playbook'))
  ? undefined
  : `no ansible-playbook in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (ansibleMissing !== undefined) console.warn(`skipped: ${ansibleMissing}`);

/** `PATH` with the virtual environment in front. */
export const ansiblePath = `${join(venv, 'bin')}${delimiter}${process.env.PATH ?? ''}`;

/** A private data dir for a test, in a folder of its own. */
export class Fixture {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one with these files (path to content; content starting with `#!` becomes executable). */
  static async make(files: Readonly<Record<string, string>>): Promise<Fixture> {
    const fixture = new Fixture(await realpath(await mkdtemp(join(tmpdir(), 'runner-test-'))));
    for (const [name, content] of Object.entries(files)) {
      const file = join(fixture.path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      if (content.startsWith('#!')) await chmod(file, 0o755);
    }
    return fixture;
  }

  /** Makes one whose playbook `site.yml` runs on this machine, with these tasks. */
  static ofTasks(tasks: string, files: Readonly<Record<string, string>> = {}): Promise<Fixture> {
    return Fixture.make({
      'inventory/hosts':
        'h1 ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n',
      'project/site.yml': `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.trimEnd().replace(/^/gm, '  ')}\n`,
      'env/envvars': JSON.stringify({ PATH: ansiblePath, ANSIBLE_DEPRECATION_WARNINGS: false }),
      ...files,
    });
  }

  /** Makes one with an executable `job`, a shell script, to run as `binary`. */
  static ofScript(script: string): Promise<Fixture> {
    return Fixture.make({ job: `#!/bin/sh\n${script}\n` });
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  read(...names: string[]): Promise<string> {
    return readFile(this.at(...names), 'utf8');
  }

  async write(name: string, content: string): Promise<void> {
    await writeFile(this.at(name), content);
  }

  /** The events a run with this ident recorded, in order. */
  async events(ident: string): Promise<RunEvent[]> {
    const folder = this.at('artifacts', ident, 'job_events');
    const names = await readdir(folder);
    const events = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as RunEvent),
    );
    return events.sort((a, b) => a.counter - b.counter);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
