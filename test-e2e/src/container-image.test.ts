import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImageRoot } from './image-root.js';
import { privateDataDir, storedEvents } from './job.js';
import { bin, command, root, until } from './mesh.js';
import { findPodman, type Podman } from './podman.js';

const found = await findPodman();
if (typeof found === 'string') console.warn(`skipped: container images, because ${found}`);

const BASE = 'localhost/base';
const IMAGE = 'localhost/receptor';
const EXECUTION = 'localhost/receptor-execution';
const CONF = '/etc/receptor/receptor.conf';

const PLAYBOOK = `
- hosts: h1
  gather_facts: false
  tasks:
    - { name: who, ansible.builtin.command: "id -u", register: who }
    - { name: tell, ansible.builtin.debug: { msg: "user {{ who.stdout }}" } }
`;

describe.skipIf(typeof found === 'string')('the container image', () => {
  const podman = found as Podman;
  beforeAll(async () => {
    const base = new ImageRoot(join(podman.folder, 'base'));
    base.addAnsible();
    await podman.import(base.folder, BASE);
    rmSync(base.folder, { recursive: true });
    await podman.build(join(root, 'apps'), 'receptor/container/Containerfile', IMAGE, BASE);
  });
  afterEach(() => podman.removeContainers());
  afterAll(() => podman.end());

  const ctl = (name: string, ...words: readonly string[]) =>
    podman.run(['exec', name, 'receptorctl', ...words]);
  const exitCode = (name: string) =>
    podman.print('inspect', '--format', '{{.State.ExitCode}}', name);
  const logOf = (name: string) => podman.print('logs', name);
  const ready = (name: string, times = 1) =>
    until(`${name} to be ready`, async () => {
      const lines = (await logOf(name)).match(/Initialization complete/g);
      return lines?.length === times || undefined;
    });
  /** Options that mount a configuration of these actions. */
  const configured = (name: string, actions: readonly object[]): string[] => {
    const path = join(podman.folder, `${name}.conf`);
    const node = { id: name, datadir: '/var/lib/receptor' };
    const control = { service: 'control', filename: '/tmp/receptor.sock' };
    const all = [{ node }, { 'control-service': control }, ...actions];
    writeFileSync(path, all.map((each) => `- ${JSON.stringify(each)}\n`).join(''));
    return ['--volume', `${path}:${CONF}:ro`];
  };

  /** Starts a process whose parent ends at once, ends it, and waits until it is gone. */
  const leavesNoZombie = async (name: string) => {
    const inside = (line: string) => podman.print('exec', name, 'sh', '-c', line);
    const pid = await inside('sleep 1000 >/dev/null 2>&1 & echo $!');
    const state = () => inside(`cat /proc/${pid}/stat 2>/dev/null || echo gone`);
    expect(await state()).toMatch(/\(sleep\) [SR] /);
    await inside(`kill ${pid}`);
    await until(`an end of ${pid}`, async () => (await state()) === 'gone' || undefined, 5_000);
  };

  it('is a node whose ID is the host name, which receptorctl asks in the container', async () => {
    const id = await podman.start(IMAGE, 'plain');
    await ready('plain');
    const status = await ctl('plain', 'status');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toMatch(new RegExp(`^Node ID: ${id.slice(0, 12)}\nVersion: \\d`));
    expect(status.stdout).toMatch(new RegExp(`^${id.slice(0, 12)} control +Stream `, 'm'));
    expect(await podman.run(['healthcheck', 'run', 'plain'])).toMatchObject({ code: 0 });
    expect(await logOf('plain')).toContain('Listening on TCP [::]:7323');
    await leavesNoZombie('plain');
    await podman.print('stop', 'plain');
    expect(await exitCode('plain')).toBe('0');
  });

  it('runs for any user on a read-only root file system, and keeps its units when it is started again', async () => {
    const echo = { 'work-command': { worktype: 'echo', command: 'cat' } };
    await podman.start(IMAGE, 'anyone', [
      ...['--read-only', '--user', '4711', '--init', '--hostname', 'boxy'],
      ...configured('boxy', [{ 'local-only': null }, echo]),
    ]);
    await ready('anyone');
    const status = await ctl('anyone', 'status');
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(/^Node ID: boxy\n/);
    const write = await podman.run(['exec', 'anyone', 'sh', '-c', 'id -u; echo >/here']);
    expect(write).toMatchObject({ stdout: '4711\n' });
    expect(write.stderr).toContain('Read-only file system');
    await leavesNoZombie('anyone');

    const work = await ctl('anyone', 'work', 'submit', 'echo', '-l', 'hello', '-f');
    expect(work).toMatchObject({ code: 0, stdout: expect.stringContaining('hello') as string });
    await podman.print('stop', 'anyone');
    expect(await exitCode('anyone')).toBe('0');
    await podman.print('start', 'anyone');
    await ready('anyone', 2);
    const { stdout } = await ctl('anyone', 'work', 'list');
    expect(Object.values(JSON.parse(stdout) as object)).toMatchObject([
      { WorkType: 'echo', StateName: 'Succeeded' },
    ]);
  });

  it('runs a playbook for a control node, as any user on a read-only root file system', async () => {
    await podman.build(
      join(root, 'apps'),
      'receptor/container/Containerfile.execution',
      EXECUTION,
      IMAGE,
    );
    const link = { 'tcp-listener': { bindaddr: '127.0.0.1', port: 7323 } };
    await podman.start(IMAGE, 'control', configured('control', [link]));
    await podman.start(EXECUTION, 'execution', [
      ...['--network', 'container:control', '--read-only', '--user', '4711'],
      ...configured('execution', [
        { 'tcp-peer': { address: '127.0.0.1:7323' } },
        { 'work-runner': { offer: true } },
      ]),
    ]);
    await until(
      'a route',
      async () =>
        (await ctl('control', 'ping', 'execution', '--count', '1')).code === 0 || undefined,
    );

    const pdd = privateDataDir(join(podman.folder, 'pdd'), PLAYBOOK);
    const job = ['transmit', pdd, '-p', 'play.yml', '--ident', 'j'];
    const payload = await command(bin('ansible-runner'), job);
    expect(payload).toMatchObject({ code: 0 });
    const submit = ['work', 'submit', 'ansible-runner', '--node', 'execution', '-f', '-p', '-'];
    const result = await podman.run(
      ['exec', '--interactive', 'control', 'receptorctl', ...submit],
      payload.stdout,
    );
    expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
    const end = await command(bin('ansible-runner'), ['process', pdd, '--ident', 'j'], {
      input: result.stdout,
    });
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining('PLAY RECAP') as string });
    expect(end.stdout).toContain('user 4711');
    expect(storedEvents(join(pdd, 'artifacts', 'j')).at(-1)?.event).toBe('playbook_on_stats');
  }, 60_000);
});
