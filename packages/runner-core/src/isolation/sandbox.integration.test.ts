import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ansibleMissing, Fixture, venv } from '../ansible-fixture.js';
import type { RunOptions } from '../inputs/run-options.js';
import { run } from '../run.js';
import { bubblewrapMissing, bubblewrapPath } from './test-bubblewrap.js';
import { originalCommands, originalMissing } from './test-original.js';
import { processesWith, until } from './test-processes.js';
import { buildRunner, startRunner } from './test-runner-process.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

/** What the sandbox must see of Ansible's Python, which may be anywhere. */
let python: readonly string[] = [];
beforeAll(() => {
  process.env.PATH = bubblewrapPath;
  if (ansibleMissing !== undefined) return;
  const base = execFileSync(join(venv, 'bin', 'python'), [
    '-c',
    'import sys; print(sys.base_prefix)',
  ]);
  python = [venv, base.toString().trim()];
});

const start = (options: Partial<RunOptions> = {}) =>
  run({
    privateDataDir: fixture.at('pdd'),
    ident: 'r',
    processIsolation: true,
    processIsolationExecutable: 'bwrap',
    processIsolationPath: fixture.path,
    ...options,
  });
/** A private data dir, below the fixture, whose job is this shell script. */
const withScript = (script: string, files: Readonly<Record<string, string>> = {}) =>
  Fixture.make({ 'pdd/job': script, 'pdd/args': 'sh job', ...files });
const stdout = () => fixture.read('pdd', 'artifacts', 'r', 'stdout');
/** Folders for hidden paths. */
const leftOvers = () => readdirSync(fixture.path).filter((name) => name.startsWith('ansible_'));

describe.skipIf(bubblewrapMissing !== undefined)('a sandbox', () => {
  it.skipIf(ansibleMissing !== undefined)('runs a play, events and facts come out', async () => {
    fixture = await Fixture.ofTasks(`
- setup: {gather_subset: '!all'}
- shell: echo $PPID
`);
    const result = await start({
      privateDataDir: fixture.path,
      playbook: 'site.yml',
      processIsolationRoPaths: python,
    });
    expect([result.status, await result.stdout()]).toEqual(['successful', expect.anything()]);
    const events = await fixture.events('r');
    expect(events.filter((event) => event.event === 'runner_on_ok')).toHaveLength(2);
    expect(events.every((event) => event.event !== 'verbose')).toBe(true);
    expect(await readdir(fixture.at('artifacts', 'r', 'fact_cache'))).toEqual(['h1']);
  });

  it.each([
    ['is a link', 'link'],
    ['is reached through one', 'folders/pdd'],
  ])('finds its folders when the private data dir %s and project/ is one', async (_, given) => {
    fixture = await withScript('', { 'elsewhere/text': 'found\n', 'pdd/inventory': 'h1\n' });
    await symlink('../elsewhere', fixture.at('pdd', 'project'));
    await symlink('pdd', fixture.at('link'));
    await symlink('.', fixture.at('folders'));
    const pdd = fixture.at(given);
    await writeFile(fixture.at('pdd', 'args'), `sh -c 'cat text ${pdd}/inventory'`);
    expect((await start({ privateDataDir: pdd })).rc).toBe(0);
    expect(await stdout()).toBe('found\r\nh1\r\n');
  });

  it('sees the private data dir and what it is shown, and nothing hidden', async () => {
    fixture = await withScript(
      `cd ..
      cat hidden/secret hidden-file; ls hidden other
      echo changed > pdd/made; echo changed > shown/made; echo changed > read/made
      cat read/text; echo $$`,
      {
        'hidden/secret': 'canary',
        'hidden-file': 'canary',
        'other/x': '',
        'shown/x': '',
        'read/text': 'readable\n',
      },
    );
    const at = (name: string) => fixture.at(name);
    const result = await start({
      processIsolationHidePaths: [at('hidden'), at('hidden-file'), at('not-there')],
      processIsolationShowPaths: [at('shown')],
      processIsolationRoPaths: [at('read')],
    });
    expect(result.status).toBe('successful');
    const output = await stdout();
    expect(output).not.toContain('canary');
    expect(output).toMatch(/cannot access 'other'/);
    expect(output).toMatch(/read\/made: Read-only file system/);
    // Its processes are numbered on their own.
    expect(output).toMatch(/readable\r\n\d\r?\n$/);
    expect(await fixture.read('pdd', 'made')).toBe('changed\n');
    expect(await fixture.read('shown', 'made')).toBe('changed\n');
    expect(leftOvers()).toEqual([]);
  });

  it('runner 5: sees the copy of the project, and the base stays', async () => {
    fixture = await Fixture.make({
      'pdd/project/site.yml': 'the play\n',
      'base/mine': '',
      'bin/ansible-playbook': '#!/bin/sh\npwd; cat site.yml; echo x > made\n',
    });
    const result = await start({
      playbook: 'site.yml',
      envvars: { PATH: `${fixture.at('bin')}:/usr/bin:/bin` },
      directoryIsolationBasePath: fixture.at('base'),
      processIsolationRoPaths: [fixture.at('bin')],
    });
    expect(result.status).toBe('successful');
    const [folder, text] = (await stdout()).split('\r\n');
    expect(folder).toContain(`${fixture.at('base')}/runner_di_`);
    expect(text).toBe('the play');
    expect(readdirSync(fixture.at('base'))).toEqual(['mine']);
    expect(readdirSync(fixture.at('pdd', 'project'))).toEqual(['site.yml']);
  });

  it('ends with its daemons when the run is canceled', async () => {
    fixture = await withScript(
      'trap "" TERM; setsid sh -c "trap \\"\\" TERM; sleep 98764" & echo begun; sleep 98764',
    );
    const abort = new AbortController();
    let asked = 0;
    const result = await start({
      signal: abort.signal,
      onEvent: () => {
        asked = Date.now();
        abort.abort();
      },
    });
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(processesWith(fixture.path)).toEqual([]);
    expect(leftOvers()).toEqual([]);
  });

  it('ends with its job, daemons of sessions of their own included', async () => {
    fixture = await withScript('setsid sleep 98763 & echo begun');
    expect(await start()).toMatchObject({ status: 'successful' });
    await until(() => processesWith('98763').length === 0);
  });

  it('ends when the runner is killed', async () => {
    fixture = await withScript('setsid sleep 98762 & echo begun; sleep 98762');
    await buildRunner(fixture.at('bundle'));
    const runner = await startRunner(fixture.at('bundle'), {
      privateDataDir: fixture.at('pdd'),
      ident: 'r',
      processIsolation: true,
      processIsolationExecutable: 'bwrap',
    });
    await until(() => processesWith('98762').length === 2);
    runner.kill('SIGKILL');
    await until(() => processesWith('98762').length === 0);
  });

  it('has an ssh-agent inside, which knows the key', async () => {
    fixture = await withScript('ssh-add -l; echo $PPID');
    const key = fixture.at('key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'inside', '-f', key]);
    expect(await start({ sshKey: await readFile(key, 'utf8') })).toMatchObject({ rc: 0 });
    expect(await stdout()).toMatch(/256 SHA256:\S+ inside \(ED25519\)/);
    expect(existsSync(fixture.at('pdd', 'artifacts', 'r', 'ssh_key_data'))).toBe(false);
  });

  it('is refused where its folder can not be made', async () => {
    fixture = await withScript('exit 0');
    await expect(start({ processIsolationPath: '/nowhere/at/all' })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('/nowhere/at/all') as unknown,
    });
  });

  it.skipIf(originalMissing !== undefined)('has the command line of the original', async () => {
    fixture = await Fixture.make({
      'pdd/project/site.yml': '[]',
      'pdd/inventory': 'a\n',
      'hidden/x': '',
      'read/x': '',
      'shown/x': '',
    });
    await mkdir(fixture.at('pdd', 'artifacts'));
    const at = (name: string) => fixture.at(name);
    const variants = [
      [{ playbook: 'site.yml' }, { playbook: 'site.yml' }],
      [
        { module: 'ping', hostPattern: 'all' },
        { module: 'ping', host_pattern: 'all' },
      ],
    ] as const;
    const theirs = await originalCommands(
      variants.map(([, args]) => ({
        private_data_dir: at('pdd'),
        ident: 'r',
        process_isolation: true,
        process_isolation_executable: 'bwrap',
        process_isolation_path: fixture.path,
        process_isolation_hide_paths: [at('hidden')],
        process_isolation_show_paths: [at('shown'), at('not-there')],
        process_isolation_ro_paths: [at('read'), at('read')],
        ...args,
      })),
    );
    for (const [index, [options]] of variants.entries()) {
      await start({
        processIsolationHidePaths: [at('hidden')],
        processIsolationShowPaths: [at('shown'), at('not-there')],
        processIsolationRoPaths: [at('read'), at('read')],
        ...options,
      });
      const { command } = JSON.parse(await fixture.read('pdd', 'artifacts', 'r', 'command')) as {
        command: readonly string[];
      };
      // Besides, ours sees its private folder. The name of the empty folder is by chance.
      const common = (words: readonly string[]) =>
        words
          .join('\n')
          .replace(/--bind\n([^\n]*\/runner-\w{6})\n\1\n/, '')
          .replace(/ansible_runner_pi_[^\n]*/, '')
          .split('\n');
      expect(common(command)).toEqual(common(theirs[index] ?? []));
    }
  });
});
