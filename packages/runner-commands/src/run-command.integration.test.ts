import { openSync, closeSync, existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getAnsibleConfig } from './ansible-config.js';
import { getInventory } from './inventory.js';
import { getPluginDocs, getPluginDocsAsync } from './plugin-docs.js';
import { runCommand, runCommandAsync } from './run-command.js';
import { ansibleMissing, ansiblePath, originalCommands, originalMissing } from './test-ansible.js';

const PATH = process.env.PATH ?? '';
let root: string;
beforeEach(async () => {
  process.env.PATH = PATH;
  root = await realpath(await mkdtemp(join(tmpdir(), 'runner-commands-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const shell = (script: string) => ({ executableCmd: 'sh', cmdlineArgs: ['-c', script] });
const modes = ['subprocess', 'pexpect'] as const;
const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('.ansible-runner-'));

describe('a command', () => {
  it('has output and errors apart on pipes, together on a terminal', async () => {
    const script = shell('echo out; echo err >&2; test -t 1 && echo terminal; exit 3');
    expect(await runCommand({ ...script, runnerMode: 'subprocess' })).toMatchObject({
      status: 'failed',
      rc: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await runCommand(script)).toMatchObject({
      status: 'failed',
      rc: 3,
      stdout: 'out\nerr\nterminal\n',
      stderr: '',
    });
  });

  it('runner 35: leaves no temporary folder, and artifacts where it is told', async () => {
    const before = temporary();
    await runCommand(shell('exit 0'));
    const { ident } = await runCommand({
      ...shell('echo out; echo err >&2'),
      privateDataDir: join(root, 'new'),
      runnerMode: 'subprocess',
    });
    expect(temporary().filter((name) => !before.includes(name))).toEqual([]);
    const artifacts = join(root, 'new', 'artifacts', ident);
    const read = (name: string) => readFile(join(artifacts, name), 'utf8');
    expect(await Promise.all(['stdout', 'stderr', 'rc', 'status'].map(read))).toEqual([
      ...['out\n', 'err\n', '0', 'successful'],
    ]);
    expect((await stat(join(artifacts, 'stderr'))).mode & 0o777).toBe(0o600);
  });

  it('works in the folder of the caller, or in hostCwd', async () => {
    expect((await runCommand(shell('pwd'))).stdout.trim()).toBe(process.cwd());
    expect((await runCommand({ ...shell('pwd'), hostCwd: root })).stdout.trim()).toBe(root);
  });

  it('answers prompts, and has the variables of env/envvars', async () => {
    await mkdir(join(root, 'env'));
    await writeFile(join(root, 'env', 'envvars'), 'GREETING: hello\n');
    const { stdout } = await runCommand({
      ...shell('printf "Name: "; read name; echo "$GREETING $name"'),
      privateDataDir: root,
      passwords: { '^Name: $': 'you' },
    });
    expect(stdout).toContain('hello you');
  });

  it.each(modes)(
    'runner 22: streams its output, and is canceled at once, in mode %s',
    async (mode) => {
      const output = new PassThrough();
      const handle = runCommandAsync({
        ...shell('echo begun; sleep 54321'),
        runnerMode: mode,
        output,
      });
      output.once('data', () => handle.cancel());
      const begin = Date.now();
      expect(await handle.result).toMatchObject({
        status: 'canceled',
        rc: 254,
        ident: handle.ident,
      });
      expect(Date.now() - begin).toBeLessThan(10_000);
    },
  );

  it.each(modes)('ends at its timeout in mode %s', async (mode) => {
    expect(
      await runCommand({ ...shell('sleep 54321'), runnerMode: mode, timeout: 0.3 }),
    ).toMatchObject({ status: 'timeout', rc: 254, timedOut: 'job' });
  });

  it('runner 22: counts its events once, errors are none', async () => {
    const counters: number[] = [];
    const errors = new PassThrough();
    await runCommand({
      ...shell('echo a; echo x >&2; echo b; echo y >&2; echo c'),
      runnerMode: 'subprocess',
      onEvent: ({ counter }) => counters.push(counter),
      errorOutput: errors,
    });
    expect(counters).toEqual([1, 2, 3]);
    expect(String(errors.read())).toBe('x\ny\n');
  });

  it('is not waited for when others keep its pipes open, and loses nothing', async () => {
    const { stdout } = await runCommand({
      ...shell('seq 1 20000; sleep 5 & exit 0'),
      runnerMode: 'subprocess',
    });
    expect(stdout).toHaveLength(108_894);
  });

  it('reads from and writes to the descriptors it is given', async () => {
    await writeFile(join(root, 'in'), 'from a file\n');
    const inputFd = openSync(join(root, 'in'), 'r');
    const outputFd = openSync(join(root, 'out'), 'w');
    try {
      const result = await runCommand({ ...shell('cat; echo err >&2'), inputFd, outputFd });
      expect(result).toMatchObject({ rc: 0, stdout: '', stderr: 'err\n' });
      expect(await readFile(join(root, 'out'), 'utf8')).toBe('from a file\n');
    } finally {
      closeSync(inputFd);
      closeSync(outputFd);
    }
  });

  it('reads a text, bytes or a stream', async () => {
    for (const input of ['a\nb\n', Buffer.from('a\nb\n'), Readable.from(['a\n', 'b\n'])])
      expect(await runCommand({ executableCmd: 'cat', input })).toMatchObject({
        status: 'successful',
        stdout: 'a\nb\n',
      });
    // One that does not read to the end is none the worse for it.
    const large = Readable.from(Array<string>(1000).fill('x'.repeat(1000)));
    expect(await runCommand({ executableCmd: 'true', input: large })).toMatchObject({ rc: 0 });
    const broken = Readable.from(
      (async function* () {
        yield 'a\n';
        await Promise.reject(new Error('lost'));
      })(),
    );
    await expect(runCommand({ executableCmd: 'cat', input: broken })).rejects.toThrow(
      'The input of the command broke off: lost',
    );
    await expect(runCommand({ executableCmd: 'cat', input: '', inputFd: 0 })).rejects.toThrow(
      /two inputs/,
    );
  });

  it('has its state and its events on its handle, also without a private data dir', async () => {
    const handle = runCommandAsync({ executableCmd: 'sh', cmdlineArgs: ['-c', 'echo a; echo b'] });
    expect(handle.status).toBe('unstarted');
    const seen: string[] = [];
    for await (const event of handle.events) {
      await handle.result;
      seen.push(event.stdout);
    }
    expect(seen).toEqual(['a', 'b']);
    expect([handle.status, (await handle.result).stdout]).toEqual(['successful', 'a\nb\n']);
  });

  it('is refused when it makes no sense', async () => {
    await expect(runCommand({ ...shell(''), inputFd: 0, runnerMode: 'pexpect' })).rejects.toThrow(
      "applicable only with 'subprocess' runner mode",
    );
    await expect(runCommand({ executableCmd: '' })).rejects.toMatchObject({
      code: 'configuration',
    });
    await expect(runCommand({ executableCmd: '/usr/bin/python3' })).rejects.toThrow(
      'Runner requires python filename for execution',
    );
    expect(await runCommand({ executableCmd: 'no-such-command' })).toMatchObject({ rc: 127 });
    for (const cmdlineArgs of ['hello', ['a', 5], ['a\0b']] as unknown as string[][])
      await expect(runCommand({ executableCmd: 'echo', cmdlineArgs })).rejects.toMatchObject({
        code: 'configuration',
      });
    for (const runnerMode of modes)
      await expect(
        runCommand({ ...shell('exit 0'), hostCwd: join(root, 'none'), runnerMode }),
      ).rejects.toThrow(/hostCwd must be a folder; .*none is none/);
    await expect(runCommand({ ...shell('exit 0'), outputFd: 9999 })).rejects.toThrow(
      /can't be started: EBADF/,
    );
  });
});

describe.skipIf(ansibleMissing !== undefined)('a command of Ansible', () => {
  beforeEach(() => {
    process.env.PATH = ansiblePath;
  });

  it('runner 22: is known as not interactive by its path, too', async () => {
    const config = ansiblePath.split(':').map((folder) => join(folder, 'ansible-config'));
    const executableCmd = config.find((path) => existsSync(path)) ?? '';
    expect(executableCmd).toMatch(/^\//);
    const events: number[] = [];
    const result = await runCommand({
      executableCmd,
      cmdlineArgs: ['dump', '--only-changed'],
      timeout: 50,
      onEvent: ({ counter }) => events.push(counter),
    });
    expect(result).toMatchObject({ status: 'successful' });
    expect(events.length).toBeGreaterThan(0);
  });

  it('makes the events of a run on a terminal', async () => {
    await writeFile(
      join(root, 'site.yml'),
      '- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {msg: hi}}]\n',
    );
    const events: string[] = [];
    await runCommand({
      executableCmd: 'ansible-playbook',
      cmdlineArgs: ['site.yml', '-i', 'localhost,'],
      hostCwd: root,
      onEvent: ({ event }) => events.push(event),
    });
    expect(events).toEqual(expect.arrayContaining(['runner_on_ok', 'playbook_on_stats']));
  });

  it('runner 23: an inventory is drawn as text only, and says so; the text of one is none', async () => {
    await expect(
      getInventory({ action: 'graph', inventories: ['a,'], responseFormat: 'json', host: 'a' }),
    ).rejects.toMatchObject({ code: 'configuration' });
    const text = '{"all": {"hosts": {"a": null, "b": null}}}';
    await expect(getInventory({ action: 'graph', inventories: [text] })).rejects.toThrow(
      /neither a path nor a list of hosts/,
    );
    const answer = await getInventory({ action: 'graph', inventories: ['a,'] });
    expect(answer).toMatchObject({
      status: 'successful',
      response: expect.stringContaining('a') as unknown,
    });
  });

  it('is asked on a terminal without a pager, and its response found', async () => {
    const answer = await getPluginDocs({
      pluginNames: ['ping'],
      responseFormat: 'json',
      runnerMode: 'pexpect',
      timeout: 50,
    });
    if (answer.status !== 'successful') throw new Error(answer.output);
    expect(Object.keys(answer.response)).toEqual(['ping']);
    expect(answer.error).toBe('');
  });

  it('that fails says what went wrong', async () => {
    const answer = await getAnsibleConfig({ action: 'view', configFile: join(root, 'missing') });
    expect(answer).toMatchObject({ status: 'failed' });
    expect(answer.error).toContain('missing');
    const handle = getPluginDocsAsync({ pluginNames: ['ping'], responseFormat: 'json' });
    handle.cancel();
    expect(await handle.result).toMatchObject({ status: 'canceled', rc: 254 });
  });

  it('that is not there is an error', async () => {
    process.env.PATH = join(root);
    await expect(getPluginDocs({ pluginNames: ['ping'] })).rejects.toThrow(
      'ansible-doc command not found',
    );
  });
});

describe.skipIf(originalMissing !== undefined)('the command line of a container', () => {
  it('is that of the original', async () => {
    for (const folder of ['bin', 'cwd', 'p', 'i', 'agent', 'pdd/artifacts', 'pdd/project'])
      await mkdir(join(root, folder), { recursive: true });
    for (const file of ['p/site.yml', 'i/hosts', 'agent/socket'])
      await writeFile(join(root, file), '');
    for (const name of ['podman', 'docker'])
      await writeFile(join(root, 'bin', name), '#!/bin/sh\n', { mode: 0o755 });
    process.env.PATH = `${join(root, 'bin')}:${PATH}`;
    process.env.SSH_AUTH_SOCK = join(root, 'agent', 'socket');
    const common = { ident: 'r' };
    const playbook = [join(root, 'p', 'site.yml'), '-i', join(root, 'i', 'hosts'), '-i', 'a,b,'];
    const variants = [
      [['ansible-playbook', ...playbook], {}, {}],
      [
        ['ansible-playbook', ...playbook],
        { hostCwd: join(root, 'cwd') },
        { host_cwd: join(root, 'cwd') },
      ],
      [['ansible-doc', '-l'], { containerWorkdir: '/w' }, { container_workdir: '/w' }],
      [
        ['sh', '-c', 'x'],
        { containerVolumeMounts: ['/opt:/opt'] },
        { container_volume_mounts: ['/opt:/opt'] },
      ],
    ] as const;
    const cases = ['podman', 'docker'].flatMap((name) =>
      variants.map(([words, options, args]) => ({ name, words, options, args })),
    );
    const privateDataDir = join(root, 'pdd');
    const theirs = await originalCommands(
      cases.map(({ name, words, args }) => [
        {
          ...common,
          private_data_dir: privateDataDir,
          process_isolation: true,
          process_isolation_executable: name,
          container_image: 'image',
          ...args,
        },
        words,
      ]),
    );
    for (const [index, { name, words, options }] of cases.entries()) {
      await runCommand({
        ...common,
        executableCmd: words[0],
        cmdlineArgs: words.slice(1),
        privateDataDir,
        processIsolation: true,
        processIsolationExecutable: name,
        containerImage: 'image',
        ...options,
      });
      const record = await readFile(join(privateDataDir, 'artifacts', 'r', 'command'), 'utf8');
      const { command } = JSON.parse(record) as { command: readonly string[] };
      // Besides, ours has its private folder, its label, and the digits that make its name unique.
      expect(
        command
          .join('\n')
          .replace(/-v\n([^\n:]*\/runner-\w{6}\/):\1:Z\n/, '')
          .replace(/--label\n[^\n]*\n/, '')
          .replace(/(--name\nansible_runner_r)_[0-9a-f]{8}/, '$1')
          .split('\n'),
      ).toEqual(theirs[index]);
    }
  });
});
