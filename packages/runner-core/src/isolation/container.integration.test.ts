import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ansibleMissing, Fixture, venv } from '../ansible-fixture.js';
import type { RunOptions } from '../inputs/run-options.js';
import { run } from '../run.js';
import { bubblewrapMissing } from './test-bubblewrap.js';
import { StandInEngine } from './test-engine.js';
import { originalCommands, originalMissing } from './test-original.js';
import { buildRunner, startRunner } from './test-runner-process.js';
import { processesWith, until } from './test-processes.js';

let fixture: Fixture;
let engine: StandInEngine;
beforeEach(async () => {
  engine = await StandInEngine.make('podman');
});
afterEach(async () => {
  await fixture.remove();
  await engine.remove();
});

/** What the container must see of Ansible's Python, which may be anywhere. */
let python: readonly string[] = [];
beforeAll(() => {
  if (ansibleMissing !== undefined) return;
  const base = execFileSync(join(venv, 'bin', 'python'), [
    '-c',
    'import sys; print(sys.base_prefix)',
  ]);
  python = [venv, base.toString().trim()]
    .filter((path) => !path.startsWith('/usr'))
    .map((path) => `${path}:${path}:ro`);
});

const start = (options: Partial<RunOptions> = {}) =>
  run({
    privateDataDir: fixture.path,
    ident: 'r',
    processIsolation: true,
    containerImage: 'image',
    ...options,
  });
/** A private data dir whose job is this shell script. */
const withScript = (script: string, files: Readonly<Record<string, string>> = {}) =>
  Fixture.make({ job: script, args: 'sh /runner/job', ...files });
const stdout = () => fixture.read('artifacts', 'r', 'stdout');

describe.skipIf(bubblewrapMissing !== undefined)('a container', () => {
  it.skipIf(ansibleMissing !== undefined)('runs a play, events and facts come out', async () => {
    fixture = await Fixture.ofTasks(`
- setup: {gather_subset: '!all'}
- command: pwd
  register: here
- debug: var=here.stdout
`);
    const result = await start({ playbook: 'site.yml', containerVolumeMounts: python });
    expect([result.status, await stdout()]).toEqual([
      'successful',
      expect.stringContaining('"here.stdout": "/runner/project"'),
    ]);
    const events = await fixture.events('r');
    expect(events.filter((event) => event.event === 'runner_on_ok')).toHaveLength(3);
    expect(await readdir(fixture.at('artifacts', 'r', 'fact_cache'))).toEqual(['h1']);
    expect((await engine.calls()).map(({ argv }) => argv[0])).toEqual(['run']);
  });

  it('is told its settings by env.list: several lines and secrets go another way (runner 17)', async () => {
    const variables = { LINES: 'a\nb', API_TOKEN: 'tok-1', PLAIN: ' x=1 ', PATH: '/usr/bin' };
    fixture = await withScript('printf "[%s]" "$LINES" "$API_TOKEN" "$PLAIN" "$PATH"', {
      'env/envvars': JSON.stringify(variables),
    });
    process.env.OUTSIDE = 'not for the job';
    expect(await start()).toMatchObject({ status: 'successful' });
    expect(await stdout()).toBe('[a\r\nb][tok-1][ x=1 ][/usr/bin]\n');
    const list = (await fixture.read('artifacts', 'r', 'env.list')).split('\n');
    expect(list).toEqual(expect.arrayContaining(['LINES', 'API_TOKEN', 'PLAIN= x=1 ']));
    expect(list.join()).not.toMatch(/tok-1|OUTSIDE/);
    expect((await stat(fixture.at('artifacts', 'r', 'env.list'))).mode & 0o777).toBe(0o600);
    // The engine's own way to its parts is that of this machine.
    expect((await engine.calls())[0]?.env.PATH).toBe(process.env.PATH);
  });

  it('has one mount at each place, the user’s before the run’s own', async () => {
    fixture = await withScript('pwd; cat /runner/project/of; touch written || echo read-only', {
      'cwd/hosts': 'a\n',
      'other/of': 'the other\n',
      'project/of': 'the project\n',
    });
    const cwd = fixture.at('cwd');
    const result = await start({
      hostCwd: cwd,
      inventory: cwd,
      containerVolumeMounts: [`${cwd}:${cwd}:ro`, `${fixture.at('other')}:/runner/project`],
    });
    expect([result.status, await stdout()]).toEqual([
      'successful',
      expect.stringMatching(/cwd\r\nthe other\r\n.*\r\nread-only/),
    ]);
    const targets = (await engine.run()).flatMap((word, index, words) =>
      words[index - 1] === '-v' ? [word.split(':')[1]?.replace(/\/$/, '')] : [],
    );
    expect(targets.filter((target) => target === cwd)).toHaveLength(1);
    expect(new Set(targets).size).toBe(targets.length);
  });

  it('runner 24: sees inventories, project, artifacts and fact cache wherever they are', async () => {
    fixture = await Fixture.make({
      'pdd/project/x': '',
      'elsewhere/hosts/h': 'a\n',
      'elsewhere/single': 'b\n',
      'elsewhere/group_vars/all': 'x: 1\n',
      'elsewhere/vars.json': '{}',
      'project/site.yml': '[]',
      ansible: '#!/bin/sh\npwd; for word; do echo "$word"; done\n',
    });
    const at = (name: string) => fixture.at('elsewhere', name);
    const result = await run({
      privateDataDir: fixture.at('pdd'),
      ident: 'r',
      processIsolation: true,
      containerImage: 'image',
      containerVolumeMounts: [`${fixture.at('ansible')}:/opt/ansible`],
      binary: '/opt/ansible',
      playbook: 'site.yml',
      inventory: [at('hosts'), at('single'), 'c,d'],
      extravars: at('vars.json'),
      projectDir: fixture.at('project'),
      artifactDir: fixture.at('artifacts'),
      factCache: fixture.at('facts'),
    });
    expect(result).toMatchObject({
      status: 'successful',
      artifactDir: fixture.at('artifacts', 'r'),
    });
    expect((await stdout()).trim().split('\r\n')).toEqual([
      '/runner/project',
      ...['-i', at('hosts'), '-i', at('single'), '-i', 'c,d', '-e', `@${at('vars.json')}`],
      'site.yml',
    ]);
    const words = (await engine.run()).join(' ');
    for (const mount of [
      `${fixture.at('artifacts', 'r')}/:/runner/artifacts/r/:Z`,
      `${fixture.at('project')}/:/runner/project/:Z`,
      `${at('hosts')}/:${at('hosts')}/`,
      `${at('single')}:${at('single')}`,
      `${at('group_vars')}/:${at('group_vars')}/`,
      `${fixture.at('facts')}/:${fixture.at('facts')}/`,
    ])
      expect(words).toContain(` -v ${mount} `);
    const list = await fixture.read('artifacts', 'r', 'env.list');
    expect(list).toContain(`ANSIBLE_CACHE_PLUGIN_CONNECTION=${fixture.at('facts')}\n`);
    expect(list).toContain('AWX_ISOLATED_DATA_DIR=/runner/artifacts/r\n');
    // What the engine would have made in the private data dir to mount on is gone.
    expect(readdirSync(fixture.at('pdd'))).toEqual(['project']);
  });

  it.each(['podman', 'docker'] as const)(
    'of %s ends within ten seconds when the run is canceled, and leaves nothing',
    async (name) => {
      await engine.remove();
      engine = await StandInEngine.make(name);
      fixture = await withScript('trap "" TERM; echo begun; sleep 98765');
      const abort = new AbortController();
      let asked = 0;
      const result = await start({
        processIsolationExecutable: name,
        signal: abort.signal,
        onEvent: () => {
          asked = Date.now();
          abort.abort();
        },
      });
      expect(Date.now() - asked).toBeLessThan(10_000);
      expect(result).toMatchObject({ status: 'canceled', rc: 254 });
      const calls = (await engine.calls()).map(({ argv }) => argv);
      const container = calls[0]?.[calls[0].indexOf('--name') + 1];
      expect(container).toMatch(/^ansible_runner_r_[0-9a-f]{8}$/);
      expect(calls.slice(1)).toContainEqual(['kill', container]);
      expect(readdirSync(join(engine.folder, 'containers'))).toEqual([]);
      expect(processesWith(fixture.path)).toEqual([]);
    },
  );

  it('ends with its job at a timeout, and when a handler throws', async () => {
    fixture = await withScript('echo begun; sleep 98765');
    expect(await start({ timeout: 1 })).toMatchObject({ status: 'timeout', rc: 254 });
    const failing = start({
      onEvent: () => {
        throw new Error('no');
      },
    });
    await expect(failing).rejects.toMatchObject({ code: 'callback' });
    expect(readdirSync(join(engine.folder, 'containers'))).toEqual([]);
    expect(processesWith(fixture.path)).toEqual([]);
  });

  it('ends when its client is killed', async () => {
    fixture = await withScript('echo begun; sleep 98765');
    const result = await start({
      onEvent: () => {
        const client = processesWith('--workdir').filter((pid) =>
          processesWith(fixture.path).includes(pid),
        );
        for (const pid of client) process.kill(pid, 'SIGKILL');
      },
    });
    expect(result).toMatchObject({ status: 'failed', rc: 137 });
    expect(readdirSync(join(engine.folder, 'containers'))).toEqual([]);
    expect(processesWith(fixture.path)).toEqual([]);
  });

  describe('ends when the runner is killed', () => {
    let bundle: string;
    beforeAll(async () => {
      bundle = await mkdtemp(join(tmpdir(), 'runner-bundle-'));
      await buildRunner(bundle);
    });
    afterAll(() => rm(bundle, { recursive: true, force: true }));
    const startOwn = () =>
      startRunner(bundle, {
        privateDataDir: fixture.path,
        ident: 'r',
        processIsolation: true,
        containerImage: 'image',
        containerAuthData: { host: 'h', username: 'u', password: 'p' },
      });

    it('while it runs', async () => {
      fixture = await withScript('echo begun; sleep 98765');
      const runner = await startOwn();
      await until(
        () =>
          existsSync(fixture.at('artifacts', 'r', 'job_events')) &&
          readdirSync(fixture.at('artifacts', 'r', 'job_events')).length > 0,
      );
      runner.kill('SIGKILL');
      await until(() =>
        [fixture.path, engine.folder].every((folder) => processesWith(folder).length === 0),
      );
      expect(readdirSync(join(engine.folder, 'containers'))).toEqual([]);
    });

    it('before it has come into being, and its credentials go', async () => {
      fixture = await withScript('echo begun; sleep 98765');
      await writeFile(join(engine.folder, 'fetching'), '');
      const runner = await startOwn();
      await until(() => existsSync(join(engine.folder, 'calls')));
      const [argument = ''] = (await engine.run()).filter((word) => word.startsWith('--authfile='));
      const credentials = argument.slice('--authfile='.length);
      expect(existsSync(credentials)).toBe(true);
      runner.kill('SIGKILL');
      // Neither the client, which would make it later, nor the keeper is left.
      await until(() => processesWith(engine.folder).length === 0);
      expect(existsSync(credentials)).toBe(false);
      expect(readdirSync(join(engine.folder, 'containers'))).toEqual([]);
    });
  });

  it('whose engine does not answer holds the end of a run up for seconds only', async () => {
    fixture = await withScript('echo begun; sleep 98765');
    await writeFile(join(engine.folder, 'deaf'), '');
    const abort = new AbortController();
    let asked = 0;
    const result = await start({
      signal: abort.signal,
      onEvent: () => {
        asked = Date.now();
        abort.abort();
      },
    });
    expect(result).toMatchObject({ status: 'canceled' });
    expect(Date.now() - asked).toBeLessThan(10_000);
    for (const pid of processesWith(engine.folder)) process.kill(pid, 'SIGKILL');
    await until(() => processesWith(fixture.path).length === 0);
  });

  it('gets its image with credentials that are nowhere afterwards', async () => {
    fixture = await withScript('exit 0');
    const auth = { host: 'registry.example', username: 'me', password: 'canary-7531' };
    await writeFile(join(engine.folder, 'copy-auth'), '');
    expect(await start({ containerAuthData: { ...auth, verifySsl: false } })).toMatchObject({
      status: 'successful',
    });
    const [call] = await engine.calls();
    const argument = call?.argv.find((word) => word.startsWith('--authfile=')) ?? '';
    expect(argument).toMatch(/^--authfile=.*\/ansible_runner_registry_r_[^/]+\/auth\.json$/);
    expect(JSON.parse(await readFile(join(engine.folder, 'auth.json'), 'utf8'))).toEqual({
      auths: { 'registry.example': { auth: Buffer.from('me:canary-7531').toString('base64') } },
    });
    expect(await readFile(join(engine.folder, 'registries.conf'), 'utf8')).toBe(
      '[[registry]]\nlocation = "registry.example"\ninsecure = true\n',
    );
    expect(call?.env.CONTAINERS_REGISTRIES_CONF).toBe(call?.env.REGISTRIES_CONFIG_PATH);
    expect(existsSync(dirname(argument.slice('--authfile='.length)))).toBe(false);
    expect(JSON.stringify(await engine.calls())).not.toContain('canary');
    const found = await promisify(execFile)('grep', ['-r', 'canary', fixture.path]).catch(
      (error: unknown) => error,
    );
    expect(found).toMatchObject({ code: 1 });
  });

  it('has an ssh-agent inside, which knows the key', async () => {
    fixture = await withScript('ssh-add -l');
    const key = fixture.at('key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'inside', '-f', key]);
    expect(await start({ sshKey: await readFile(key, 'utf8') })).toMatchObject({
      status: 'successful',
    });
    const output = await stdout();
    expect(output).toContain('Identity added: /runner/artifacts/r/ssh_key_data');
    expect(output).toMatch(/256 SHA256:\S+ inside \(ED25519\)/);
    expect(existsSync(fixture.at('artifacts', 'r', 'ssh_key_data'))).toBe(false);
  });

  it('runner 11: a key and an engine that fails leave nothing that waits', async () => {
    fixture = await withScript('exit 0');
    await writeFile(join(engine.folder, 'fail'), '');
    expect(await start({ sshKey: 'no key' })).toMatchObject({ status: 'failed', rc: 125 });
    expect(existsSync(fixture.at('artifacts', 'r', 'ssh_key_data'))).toBe(false);
    expect((await engine.calls()).map(({ argv }) => argv[0])).toContain('rm');
  });

  it('answers prompts on its terminal', async () => {
    fixture = await withScript('printf "Name: "; read name; echo "hello $name"');
    expect(await start({ passwords: { '^Name: $': 'you' } })).toMatchObject({ rc: 0 });
    expect(await stdout()).toContain('hello you');
  });
});

describe.skipIf(originalMissing !== undefined || bubblewrapMissing !== undefined)(
  'the command line of a container',
  () => {
    /**
     * Takes out what ours has besides: its private folder, its label, and the digits that make its name unique. The name of
     * the folder of credentials is by chance.
     */
    const common = (words: readonly string[]) =>
      words
        .join('\n')
        .replace(/-v\n([^\n:]*\/runner-\w{6}\/):\1:Z\n/, '')
        .replace(/--label\n[^\n]*\n/, '')
        .replace(/(--name\nansible_runner_r)_[0-9a-f]{8}/, '$1')
        .replace(/(ansible_runner_registry_r_)[^/\n]+/, '$1')
        .split('\n');

    it('is that of the original', async () => {
      fixture = await Fixture.make({
        'project/site.yml': '[]',
        inventory: 'a\n',
        'env/extravars': 'x: 1\n',
        'env/cmdline': '--become',
        'cwd/file': '',
      });
      await mkdir(fixture.at('artifacts'));
      const auth = { host: 'h', username: 'u', password: 'p' };
      const variants = [
        [{}, {}],
        [
          { containerWorkdir: '/work', verbosity: 2, containerOptions: ['--network', 'none'] },
          { container_workdir: '/work', verbosity: 2, container_options: ['--network', 'none'] },
        ],
        [
          {
            hostCwd: fixture.at('cwd'),
            containerVolumeMounts: ['/opt:/opt:ro', '/srv:/srv'],
            containerAuthData: auth,
          },
          {
            host_cwd: fixture.at('cwd'),
            container_volume_mounts: ['/opt:/opt:ro', '/srv:/srv'],
            container_auth_data: auth,
          },
        ],
      ] as const;
      const cases = (['podman', 'docker'] as const).flatMap((name) =>
        variants.map(([options, args]) => ({ name, options, args })),
      );
      const theirs = await originalCommands(
        cases.map(({ name, args }) => ({
          private_data_dir: fixture.path,
          ident: 'r',
          playbook: 'site.yml',
          process_isolation: true,
          process_isolation_executable: name,
          container_image: 'image',
          ...args,
        })),
      );
      for (const [index, { name, options }] of cases.entries()) {
        await engine.remove();
        engine = await StandInEngine.make(name);
        await start({ playbook: 'site.yml', processIsolationExecutable: name, ...options });
        const { command } = JSON.parse(await fixture.read('artifacts', 'r', 'command')) as {
          command: readonly string[];
        };
        expect(common(command)).toEqual(common(theirs[index] ?? []));
        expect([name, ...((await engine.calls()).at(-1)?.argv ?? [])]).toEqual(command);
      }
    });
  },
);
