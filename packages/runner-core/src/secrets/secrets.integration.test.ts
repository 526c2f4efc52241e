import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ansibleMissing, Fixture } from '../ansible-fixture.js';
import { run } from '../run.js';

const sshTools = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every((name) =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${name}`)),
);
if (!sshTools) console.warn('the search for canaries goes without a key: no OpenSSH tools');

let fixture: Fixture;
afterEach(() => fixture.remove());

/** Where each secret goes in; the values are what is looked for. */
const canaries = {
  password: 'canary-password-7f3a',
  variable: 'canary-"variable"-\\91c2-é',
  fileVariable: 'canary-file-variable-33b1',
  nested: 'canary-nested-0d0d',
  line: 'canary second line 55aa',
  number: 827364519283,
  noLog: 'canary-no-log-6e6e',
  noLogItem: 'canary-no-log-item-aa01',
  environment: 'canary-environment-4b4b',
};

/** What may stand in a text or in JSON for the values. */
const needles = Object.values(canaries)
  .map(String)
  .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
  .concat('canary-');

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Files in the private folders of runs. */
async function ownFiles(folder: string): Promise<string[]> {
  return (await filesBelow(folder)).filter((path) => path.startsWith(join(folder, 'runner-')));
}

async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).join('\n');
}

const tasks = `
- debug: { msg: "{{ token }}" }
- debug: { var: config }
- debug: { var: number }
- shell: cat; echo; env | grep SERVICE_PASSWORD
  args: { stdin: "{{ token }} {{ other }} {{ number }}" }
- fail: { msg: "refused: {{ token }} {{ config.deep[1] }}" }
  ignore_errors: true
- command: cat hidden
  no_log: true
- command: cat {{ item }}
  loop: [hidden, hidden-item]
  no_log: true
- command: cat hidden-item
  register: kept
  no_log: true
- debug: { msg: "still running" }
`;

describe.skipIf(ansibleMissing !== undefined)('secrets (skipped without Ansible)', () => {
  it('runner 3, 17: canaries are found nowhere, while the run goes on and after it', async () => {
    fixture = await Fixture.ofTasks(tasks, {
      'project/hidden': canaries.noLog,
      'project/hidden-item': canaries.noLogItem,
      'env/extravars': `other: ${canaries.fileVariable}\n`,
      'env/settings': 'secret_extravars: [other, number]',
    });
    const site = await fixture.read('project', 'site.yml');
    const asking = 'vars_prompt: [{ name: asked, prompt: Secret please }]';
    await fixture.write('project/site.yml', site.replace('  tasks:', `  ${asking}\n  tasks:`));
    const temporary = fixture.at('tmp');
    await mkdir(temporary);
    const key = sshTools ? makeKey() : undefined;
    const all = key === undefined ? needles : [...needles, key.line];
    const seen: string[] = [];
    const before = process.env.TMPDIR;
    process.env.TMPDIR = temporary;
    try {
      const result = await run({
        privateDataDir: fixture.path,
        playbook: 'site.yml',
        ident: 'r',
        passwords: { '^Secret please: $': canaries.password },
        extravars: {
          token: canaries.variable,
          config: { deep: ['x', canaries.nested], text: `first line\n${canaries.line}` },
          number: canaries.number,
        },
        secretVars: ['token', 'config'],
        envvars: {
          SERVICE_PASSWORD: 'none',
          DB_PASSWORD: canaries.environment,
          ANSIBLE_LOCAL_TEMP: join(temporary, 'local'),
          ANSIBLE_REMOTE_TMP: join(temporary, 'remote'),
        },
        ...(key && { sshKey: key.text }),
        verbosity: 1,
        onLog: (line) => seen.push(line),
        onStatus: (message) => seen.push(JSON.stringify(message)),
        onEvent: async (event, json) => {
          seen.push(json, event.stdout);
          if (event.event !== 'playbook_on_task_start') return;
          seen.push(await commandLines());
          // Should the runner be killed now, the variables lie nowhere.
          await vi.waitFor(async () => expect(await ownFiles(temporary)).toEqual([]));
        },
        output: new Writable({
          write(chunk: Buffer, _encoding, done) {
            seen.push(chunk.toString());
            done();
          },
        }),
      });
      expect(result.rc).toBe(0);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
    const places = new Map([
      ['what was told', seen.join('\n')],
      ['process list', await commandLines()],
    ]);
    for (const file of [
      ...(await filesBelow(fixture.at('artifacts'))),
      ...(await filesBelow(temporary)),
    ])
      places.set(file, await readFile(file, 'utf8'));
    const found = [...places].flatMap(([place, text]) =>
      all.filter((needle) => text.includes(needle)).map((needle) => `${needle} in ${place}`),
    );
    expect(found).toEqual([]);
    // The run has really handled what was hidden.
    const told = places.get('what was told') ?? '';
    expect(told).toContain('still running');
    expect(told.split('**********').length).toBeGreaterThan(8);
    expect(told).toMatch(/the output has been hidden/);
    expect((await readdir(temporary)).filter((name) => name.startsWith('runner-'))).toEqual([]);
  });
});

/** A key without passphrase, and a line of it that is found wherever it is copied to. */
function makeKey(): { text: string; line: string } {
  const path = fixture.at('key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  const text = execFileSync('cat', [path], { encoding: 'utf8' });
  return { text, line: text.split('\n')[2] ?? '' };
}
