import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, command, Mesh, venv, type Daemon, type Finished } from './mesh.js';

const receptorctl = join(venv, 'bin', 'receptorctl');
const missing = !existsSync(receptorctl);
if (missing) console.warn(`skipped: ${receptorctl} is not there (the test set-up installs it)`);

describe.skipIf(missing)('the Python receptorctl against our daemon', () => {
  let mesh: Mesh;
  let near: Daemon;
  beforeAll(async () => {
    mesh = new Mesh();
    ({ near } = await mesh.chain([
      { 'work-command': { worktype: 'cat', command: 'cat' } },
      { 'work-command': { worktype: 'echo', command: 'echo', allowruntimeparams: true } },
      { 'work-command': { worktype: 'forever', command: 'sleep', params: '1000' } },
      { 'work-runner': { offer: true } },
      { 'work-command': { worktype: 'fail', command: 'sh', params: "-c 'echo no; exit 3'" } },
    ]));
  });
  afterAll(() => mesh.end());

  const theirs = (args: string[], input?: string): Promise<Finished> =>
    command(receptorctl, ['--socket', near.socket, ...args], input === undefined ? {} : { input });
  const ours = (args: string[], input?: string): Promise<Finished> =>
    command(
      bin('receptorctl'),
      ['--socket', near.socket, ...args],
      input === undefined ? {} : { input },
    );
  const unitIn = (text: string): string => /Unit ID: (\w+)/.exec(text)?.[1] ?? '';

  it('prints the status, and ours prints the same to the byte', async () => {
    const python = await theirs(['status']);
    expect(python.code).toBe(0);
    expect(python.stdout).toMatch(/^Node ID: near\nVersion: /);
    expect(python.stdout).toMatch(/^hop {10}1$/m);
    expect(python.stdout).toMatch(/^far {10}cat, echo, forever, fail, ansible-runner$/m);
    // own advertisements carry the time of the question, and the order of entries is free
    const comparable = (text: string) =>
      text
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
        .split('\n')
        .sort();
    expect(comparable((await ours(['status'])).stdout)).toEqual(comparable(python.stdout));
  });

  it('pings and traces', async () => {
    const ping = await theirs(['ping', 'far', '--count', '2', '--delay', '0']);
    expect(ping.code).toBe(0);
    expect(ping.stdout).toMatch(/^(Reply from far in [\d.]+(µs|ms)\n){2}$/);
    expect((await theirs(['ping', 'nowhere', '--count', '1'])).code).toBe(2);
    const trace = await theirs(['traceroute', 'far']);
    expect(trace.stdout).toMatch(/^0: near in \S+\n1: hop in \S+\n2: far in \S+\n$/);
  });

  it('prints both versions', async () => {
    const { code, stdout } = await theirs(['version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^receptorctl {2}\S+\nreceptor {5}\S+\n$/);
  });

  it('submits with every kind of payload, follows and releases', async () => {
    const payload = join(mesh.folder, 'payload');
    writeFileSync(payload, 'from a file');
    const file = await theirs([
      'work',
      'submit',
      'cat',
      '--node',
      'far',
      '-f',
      '--rm',
      '-p',
      payload,
    ]);
    expect(file).toMatchObject({ code: 0 });
    expect(file.stdout).toMatch(/^from a file\(\w+, released\)\n$/);
    const stdin = await theirs(
      ['work', 'submit', 'cat', '--node', 'far', '-f', '--rm', '-p', '-'],
      'piped\n',
    );
    expect(stdin.stdout).toMatch(/^piped\n\(\w+, released\)\n$/);
    const literal = await theirs([
      'work',
      'submit',
      'cat',
      '--node',
      'far',
      '-f',
      '--rm',
      '-l',
      'literal',
    ]);
    expect(literal.stdout).toMatch(/^literal\n\(\w+, released\)\n$/);
    const params = await theirs([
      'work',
      'submit',
      'echo',
      '--node',
      'far',
      '-f',
      '-n',
      '--ttl',
      '1m',
      '-a',
      'params=one two',
      '--',
      'three',
    ]);
    expect(params.stdout).toBe('one two three\n');
  });

  it('lists, gives results, cancels and releases', async () => {
    const submitted = await theirs(['work', 'submit', 'cat', '--node', 'far', '-l', 'again']);
    expect(submitted.stdout).toMatch(/^Result: Job Started\nUnit ID: \w+\n$/);
    const id = unitIn(submitted.stdout);
    expect((await theirs(['work', 'results', id])).stdout).toBe('again\n');
    expect((await theirs(['work', 'results', id])).stdout).toBe('again\n');
    const list = JSON.parse((await theirs(['work', 'list'])).stdout) as Record<
      string,
      { StateName: string; WorkType: string }
    >;
    expect(list[id]).toMatchObject({ StateName: 'Succeeded', WorkType: 'remote' });
    expect((await theirs(['work', 'release', id])).stdout).toBe(`Released:\n(${id}, released)\n`);

    const forever = unitIn(
      (await theirs(['work', 'submit', 'forever', '--node', 'far', '-n'])).stdout,
    );
    expect((await theirs(['work', 'cancel', forever])).stdout).toBe(
      `Cancelled:\n(${forever}, cancelled)\n`,
    );
    // D4: the results of a canceled unit end
    expect(await theirs(['work', 'results', forever])).toMatchObject({ code: 0, stdout: '' });
    const [status] = Object.values(
      JSON.parse((await theirs(['work', 'list', '--unit_id', forever])).stdout) as Record<
        string,
        object
      >,
    );
    expect(status).toMatchObject({ StateName: 'Canceled' });
  });

  it('sees failed and refused work', async () => {
    const failed = await theirs(['work', 'submit', 'fail', '--node', 'far', '-n', '-f']);
    expect(failed).toMatchObject({ code: 1, stdout: 'no\n' });
    expect(failed.stderr).toMatch(/Remote unit failed: exit status 3/);
    const unknown = await theirs(['work', 'submit', 'nonesuch', '--node', 'far', '-n']);
    expect(unknown.code).toBe(101);
    expect(unknown.stderr).toMatch(/unknown work type nonesuch/);
    expect((await theirs(['work', 'results', 'nonesuch'])).code).toBe(1);
  });

  it('connects to a service of another node and speaks to it', async () => {
    const script = `
import sys
from receptorctl.socket_interface import ReceptorControl
control = ReceptorControl(sys.argv[1])
control.connect_to_service("far", "control", "")
control.handshake()
print(control.simple_command("status")["NodeID"])
control.close()
`;
    const { code, stdout, stderr } = await command(join(venv, 'bin', 'python'), [
      '-c',
      script,
      near.socket,
    ]);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: 'far\n' });
  });
});
