import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtApp } from './built-app.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-cli-'));
  await mkdir(join(root, 'bin'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, [builtApp, ...words], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}` },
    cwd: root,
  });
}

async function result(
  child: ChildProcess,
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (data: Buffer) => (out += String(data)));
  child.stderr?.on('data', (data: Buffer) => (err += String(data)));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

const call = (words: string[], input?: string) => result(start(...words), input);

/** Puts a shell script in the place of ansible-playbook. */
const ansible = (script: string) =>
  writeFile(join(root, 'bin', 'ansible-playbook'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

describe('ansible-runner', () => {
  it('run shows the output, leaves artifacts and ends with the rc of the job', async () => {
    await ansible('echo "$@"; exit 3');
    expect(await call(['-p', 'one.yml', 'run', root, '-i', 'r', '-v'])).toMatchObject({
      code: 3,
      out: '-v one.yml\r\n',
      err: '',
    });
    expect(await readFile(join(root, 'artifacts', 'r', 'status'), 'utf8')).toBe('failed');
  });

  it('run makes a private data dir that does not exist, for its user alone', async () => {
    await ansible('pwd');
    const made = join(root, 'not', 'there');
    expect(await call(['run', 'not/there', '-p', 'x'])).toMatchObject({
      code: 0,
      out: `${made}\r\n`,
    });
    expect((await stat(made)).mode & 0o777).toBe(0o700);
    const direct = ['--private-data-dir', 'kept', 'adhoc', 'all', '-m', 'ping'];
    await writeFile(join(root, 'bin', 'ansible'), '#!/bin/sh\npwd\n', { mode: 0o755 });
    expect(await call(direct)).toMatchObject({ code: 0, out: `${root}\r\n` });
    expect(await readdir(join(root, 'kept'))).toEqual(['artifacts']);
  });

  it('transmit makes it as well, and sends it empty', async () => {
    const { code, out } = await call(['transmit', 'new', '-p', 'x']);
    expect(code).toBe(0);
    expect(out).toMatch(/"playbook": ?"x"/);
    expect((await stat(join(root, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('leaves none where the command line is wrong', async () => {
    expect(await call(['run', 'new', '--hosts', 'a'])).toMatchObject({ code: 1 });
    for (const inventory of ['{"all": {"hosts": {"a": null, "b": null}}}', 'a', 'a b,c'])
      expect(await call(['run', 'new', '-p', 'x', '--inventory', inventory])).toMatchObject({
        code: 1,
        err: 'Value for --inventory does not appear to be a valid path.\n',
      });
    expect(existsSync(join(root, 'new'))).toBe(false);
  });

  it('run -q shows nothing, and -j shows events', async () => {
    await ansible('echo hi');
    expect(await call(['run', root, '-p', 'x', '-q'])).toEqual({ code: 0, out: '', err: '' });
    const { out } = await call(['run', root, '-p', 'x', '-j']);
    expect(JSON.parse(out)).toMatchObject({ event: 'verbose', stdout: 'hi' });
  });

  it('runner 9: run of a job killed by a signal does not end with 0', async () => {
    await ansible('kill -KILL $$');
    expect(await call(['run', root, '-p', 'x'])).toMatchObject({ code: 137 });
  });

  it('runner 21: SIGTERM cancels the job at once', async () => {
    await ansible('echo ready; exec sleep 60');
    const child = start('run', root, '-p', 'x', '-i', 'r');
    child.stdout?.once('data', () => child.kill('SIGTERM'));
    expect(await result(child)).toMatchObject({ code: 254 });
    expect(await readFile(join(root, 'artifacts', 'r', 'status'), 'utf8')).toBe('canceled');
  });

  it('a reader that has seen enough does not end the job', async () => {
    await ansible('seq 1 5000; exit 5');
    const child = start('run', root, '-p', 'x', '-i', 'r');
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(5);
    expect(await readFile(join(root, 'artifacts', 'r', 'stdout'), 'utf8')).toMatch(/\n5000\r\n$/);
  });

  it('runner 25: says in one line what is wrong with the private data dir', async () => {
    await mkdir(join(root, 'env'));
    await writeFile(join(root, 'env', 'settings'), '- a');
    const { code, err } = await call(['run', root, '-p', 'x']);
    expect([code, err.split('\n').length]).toEqual([1, 2]);
    expect(err).toMatch(/^ansible-runner: .*env\/settings must hold a mapping/);
  });

  it('worker canceled by SIGTERM still sends status, artifacts and end mark', async () => {
    await ansible('echo ready; exec sleep 60');
    const payload = await call(['transmit', root, '-p', 'x']);
    const child = start('worker');
    child.stdout?.on('data', (data: Buffer) => {
      if (String(data).includes('"ready"')) child.kill('SIGTERM');
    });
    const { code, out } = await result(child, payload.out);
    expect(code).toBe(254);
    const [last = '', ...rest] = out
      .split('\n')
      .filter((line) => !line.startsWith('{"event_copy"'))
      .slice(-4);
    expect(last).toMatch(/"status": "canceled"/);
    expect(rest).toEqual([
      expect.stringMatching(/^\{"zipfile": \d+\}$/),
      expect.stringMatching(/^[\w+/=]+\{"eof": true\}$/),
      '',
    ]);
  });

  it.each([
    ['worker', '--keepalive-seconds', '1'],
    ['process', '.'],
  ])('%s ends at SIGTERM while its input is silent', async (...words) => {
    const child = start(...words);
    child.stdin?.write('{"uuid": "u", "counter": 1, "stdout": "ready"}\n');
    // a keepalive of the one, the shown event of the other
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([254, null]);
  });

  it('worker says in a sentence that nobody takes its results', async () => {
    await ansible('seq 1 5000');
    const payload = await call(['transmit', root, '-p', 'x']);
    const child = start('worker');
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await result(child, payload.out)).toMatchObject({
      code: 1,
      err: 'ansible-runner: Whoever reads the output has gone away.\n',
    });
  });

  it('transmit ends at SIGTERM though nobody takes what it sends', async () => {
    await mkdir(join(root, 'project'));
    await writeFile(join(root, 'project', 'large'), Buffer.alloc(2_000_000, 'x'));
    await writeFile(join(root, 'project', 'larger'), Buffer.alloc(18_000_000, 'y'));
    const child = start('transmit', root, '-p', 'x');
    await once(child.stdout!, 'readable');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });

  it.each([
    ['not json\n', 'Failed to JSON parse a line from transmit stream.'],
    ['', 'Failed to JSON parse a line from transmit stream.'],
    ['{"kwargs": {}}\n{"zipfile": 3}\nAAAA', 'Failed to extract private data directory on worker.'],
    ['{"kwargs": {"wrong": 1}}\n{"eof": true}\n', 'The argument "wrong" is unknown'],
    ['{"kwargs": {"playbook": "x", "ident": "../y"}}\n{"eof": true}\n', "can't name the folder"],
  ])(
    'runner 8: worker given %j tells the error and the end in the stream alone, and ends with 0, or with 1 where that is asked for',
    async (input, explanation) => {
      const { code, out, err } = await call(['worker'], input);
      expect([code, err]).toEqual([0, '']);
      expect(await call(['worker', '--fail-on-error'], input)).toEqual({ code: 1, out, err: '' });
      const lines = out.trim().split('\n');
      const [status, eof] = lines.slice(-2).map((line) => JSON.parse(line) as object);
      for (const line of lines.slice(0, -2)) expect(line).toMatch(/^\{"warning": "/);
      expect(out).toContain('{"status": "error", "job_explanation": "');
      expect(out).not.toMatch(/file:\/\/|\.js\b/);
      expect(status).toMatchObject({
        status: 'error',
        job_explanation: expect.stringContaining(explanation) as string,
      });
      expect(eof).toEqual({ eof: true });
    },
  );

  it('worker says in the stream what it has to say, and process shows it', async () => {
    await ansible('exit 0');
    const { out } = await call(['transmit', root, '-p', 'x']);
    const worked = await call(['worker', '--debug'], `a banner\n${out}`);
    expect(worked).toMatchObject({ code: 0, err: '' });
    for (const line of worked.out.split('\n'))
      expect(line).toMatch(/^(?:\{".*|[\w+/=]+\{"eof.*|)$/);
    const shown = await call(['process', root, '--debug'], worked.out);
    expect(shown.code).toBe(0);
    expect(shown.err).toMatch(/the worker says: A line of the stream is no message/);
    expect(shown.err).toMatch(/the worker says: the run has ended: successful/);
    expect((await call(['process', root], worked.out)).err).not.toMatch(/the run has ended/);
  });

  it('worker that can not open its log refuses the run in the stream', async () => {
    const { code, out, err } = await call(['worker', '--logfile', join(root, 'no', 'log')], '');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^\{"status": "error", "job_explanation": "--logfile: ENOENT.*\n\{"eof": true\}\n$/,
    );
  });

  it('runner 8: process ends with the rc of a failed job, and with 1 and a reason for a broken stream', async () => {
    await ansible('exit 4');
    const payload = await call(['transmit', root, '-p', 'x']);
    const worked = await call(['worker'], payload.out);
    expect(worked.code).toBe(4);
    expect(await call(['process', root, '-i', 'a'], worked.out)).toMatchObject({
      code: 4,
      err: '',
    });
    const cut = await call(['process', root, '-i', 'b'], worked.out.slice(0, -20));
    expect(cut).toMatchObject({ code: 1, err: expect.stringMatching(/worker stream/) as string });
    expect(await call(['process', root, '-i', 'c'], 'garbage')).toMatchObject({ code: 1 });
  });

  it('runner 29: transmit leaves out artifacts, daemon files and .git, and works beside a socket', async () => {
    await ansible('ls -A ..; exit 0');
    await mkdir(join(root, 'project', '.git'), { recursive: true });
    await mkdir(join(root, 'artifacts', 'old'), { recursive: true });
    for (const name of ['pid', 'daemon.log', 'project/.git/config'])
      await writeFile(join(root, name), '');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const payload = await call(['transmit', root, '-p', 'x']);
    await call(['worker', '--private-data-dir', join(root, 'w')], payload.out);
    expect(existsSync(join(root, 'w', 'project'))).toBe(true);
    for (const name of ['pid', 'daemon.log', 'project/.git', 'artifacts/old', 'pipe'])
      expect([name, existsSync(join(root, 'w', name))]).toEqual([name, false]);
  });

  it('worker --delete removes its folder, before and after', async () => {
    await ansible('ls "$PWD"');
    const payload = await call(['transmit', root, '-p', 'x']);
    await mkdir(join(root, 'w'));
    await writeFile(join(root, 'w', 'before'), '');
    const { out } = await call(
      ['worker', '--private-data-dir', join(root, 'w'), '--delete'],
      payload.out,
    );
    expect(out).not.toContain('before');
    expect(existsSync(join(root, 'w'))).toBe(false);
  });

  it('worker --worker-info describes the machine', async () => {
    const { code, out } = await call(['worker', '--worker-info']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^\{cpu_count: \d+, errors: \[\], mem_in_bytes: \d+, runner_version: \S+, uuid: \S+\}\n\n$/,
    );
  });

  it('--version and --help end with 0, wrong usage with 2 and the usage', async () => {
    expect(await call(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
    expect(await call(['run', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^usage: ansible-runner run /) as string,
      err: '',
    });
    expect(await call([])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^ {4}run /m) as string,
      err: expect.stringMatching(
        /^usage: [^]*\nansible-runner: error: the following arguments are required: command\n$/,
      ) as string,
    });
    expect(await call(['run', root])).toMatchObject({
      code: 1,
      err: 'The -p option must be specified when not using -m or -r\n',
    });
  });

  it('runner 7: worker cleanup removes what dead runs left and keeps what runs', async () => {
    const dead = mkdtempSync(join(root, 'job-'));
    const alive = mkdtempSync(join(root, 'job-'));
    await writeFile(join(dead, 'pid'), '999999999');
    await writeFile(join(alive, 'pid'), String(process.pid));
    const cleanup = ['worker', 'cleanup', '--grace-period', '0', '--file-pattern'];
    expect(await call([...cleanup, join(root, 'job-*')])).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /Removed 1 private data dir\(s\)[^]*\(changed: True\)\n$/,
      ) as string,
    });
    expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
    expect(await call([...cleanup, '/us*'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('/usr') as string,
    });
  });

  it('hands statuses and events to an event plugin that is installed, and sums up', async () => {
    await ansible('echo hi');
    const plugin = join(root, 'plugins', 'runner-events-file');
    await mkdir(plugin, { recursive: true });
    await writeFile(
      join(plugin, 'package.json'),
      JSON.stringify({
        name: 'runner-events-file',
        type: 'module',
        exports: './index.js',
        keywords: ['ansible-runner-event-plugin'],
      }),
    );
    await writeFile(
      join(plugin, 'index.js'),
      `import { appendFileSync } from 'node:fs';
       const none = { delivered: 2, undelivered: 1, dropped: 0, retries: 0, deliveredEarlier: 0 };
       export default { name: 'file', open: async ({ settings: { file } }) => file && {
         status: (message) => appendFileSync(file, message.status + '\\n'),
         event: (event) => appendFileSync(file, event.stdout + '\\n'),
         close: async () => ({ plugin: 'file', target: 'it', ...none, lastError: 'full' }),
       } };`,
    );
    await mkdir(join(root, 'env'));
    const sink = join(root, 'sink');
    await writeFile(join(root, 'env', 'settings'), JSON.stringify({ file: sink }));
    const child = spawn(process.execPath, [builtApp, 'run', root, '-p', 'x', '-q'], {
      env: {
        ...process.env,
        PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}`,
        ANSIBLE_RUNNER_PLUGINS_PATH: join(root, 'plugins'),
      },
    });
    expect(await result(child)).toEqual({
      code: 0,
      out: '',
      err: 'ansible-runner: events to file it: 2 delivered, 1 kept for the next run (full)\n',
    });
    expect(await readFile(sink, 'utf8')).toBe('starting\nrunning\nhi\nsuccessful\n');
  });
});
