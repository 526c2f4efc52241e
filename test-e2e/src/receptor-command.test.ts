import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { bin, command, Mesh, until } from './mesh.js';

const receptor = (...args: string[]) => command(bin('receptor'), args);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('receptor', () => {
  it('prints help with --help and without arguments', async () => {
    for (const args of [['--help'], []]) {
      const { code, stdout } = await receptor(...args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/--tcp-listener: .*[\s\S]*--work-command/);
    }
  });

  it('prints its version', async () => {
    const { code, stdout } = await receptor('--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['an unknown action', ['--tcp-pear', 'x:1'], /^Error: .*tcp-pear.*tcp-peer.*\n$/],
    ['an unknown field', ['--node', 'name=x'], /^Error: .*name.*--node.*id=.*\n$/],
    [
      'a bad type',
      ['--tcp-listener', 'port=many'],
      /^Error: .*port.*tcp-listener.*whole number.*\n$/,
    ],
    ['a missing field', ['--tcp-peer'], /^Error: .*--tcp-peer.*address.*host:port.*\n$/],
    [
      'the reserved node ID',
      ['--node', 'id=localhost', '--local-only'],
      /^Error: .*"localhost" is reserved.*\n$/,
    ],
  ])('refuses %s in one line with exit code 1 and starts nothing', async (_, args, line) => {
    const socket = join(folder, 'c.sock');
    const { code, stdout, stderr } = await receptor(
      '--control-service',
      `filename=${socket}`,
      ...args,
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(line);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has nothing to do without a backend', async () => {
    const { code, stdout } = await receptor('--node', 'id=x', `datadir=${folder}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^WARNING \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d Nothing to do - no backends are running\.$/m,
    );
  });

  it('says when it is ready as the introduction shows, names itself after the host, and ends on SIGTERM', async () => {
    const config = join(folder, 'foo.yml');
    writeFileSync(
      config,
      `- node:\n    datadir: ${folder}\n- local-only\n- log-level:\n    level: Debug\n- control-service:\n    filename: ${folder}/c.sock\n`,
    );
    const child = spawn(bin('receptor'), ['--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let log = '';
    for await (const chunk of child.stdout) {
      log += String(chunk);
      if (log.includes('Initialization complete')) break;
    }
    expect(log).toMatch(/^INFO \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d Initialization complete$/m);
    const status = await command(bin('receptorctl'), [
      '--socket',
      `${folder}/c.sock`,
      'status',
      '--json',
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject({ NodeID: hostname() });
    child.kill('SIGTERM');
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });

  it('runs on without a peer that it is to dial once and that is not there', async () => {
    const mesh = new Mesh();
    try {
      const one = mesh.start('one', [{ 'tcp-peer': { address: '127.0.0.1:1', redial: false } }]);
      const control = await one.control();
      await until(
        'the log of the failed dial',
        () => one.logText().match(/^ERROR .*/m) ?? undefined,
      );
      expect(one.logText()).toMatch(
        /^ERROR \S+ \S+ Backend connection failed: could not connect to 127\.0\.0\.1:1: .*ECONNREFUSED/m,
      );
      expect(await control.status(['NodeID'])).toEqual({ NodeID: 'one' });
      control.close();
    } finally {
      await mesh.end();
    }
  });

  it('lists with --check what it could not be started with', async () => {
    const config = join(folder, 'foo.yml');
    const check = async (text: string): Promise<string[]> => {
      writeFileSync(config, text);
      const { code, stdout } = await receptor('--check', '--config', config);
      expect(code).toBe(stdout === 'The configuration is good.\n' ? 0 : 1);
      return stdout.trim().split('\n');
    };
    expect(
      await check(
        '- node: {id: x, firewallrules: [{action: pass}]}\n- tcp-client: {service: ping, address: "h:1"}\n',
      ),
    ).toEqual([
      expect.stringMatching(/foo\.yml:1:17: .*error in rule 0: unknown action: pass/),
      expect.stringMatching(/foo\.yml:2:16: .*service ping is already listening/),
    ]);
    expect(
      await check(
        `- node: {id: x}\n- tls-server: {name: s, cert: ${folder}/none, key: k}\n- work-python: {worktype: p, plugin: m, function: f}\n`,
      ),
    ).toEqual([expect.stringMatching(/foo\.yml:2:3: error preparing tls server config: .*none/)]);
    expect(await check('- node: {id: x}\n- local-only\n')).toEqual(['The configuration is good.']);
  });

  it('ends what its services have started before it ends', async () => {
    const mesh = new Mesh();
    try {
      const socket = join(mesh.folder, 'shell.sock');
      const command = `sh -c 'trap "" HUP; echo $$; while :; do sleep 1; done'`;
      const one = mesh.start('one', [
        { 'local-only': {} },
        { 'command-service': { service: 'shell', command } },
        { 'unix-socket-server': { filename: socket, remotenode: 'one', remoteservice: 'shell' } },
      ]);
      await until(
        'the end of the start',
        () => one.logText().includes('Initialization complete') || undefined,
      );
      const shell = createConnection(socket);
      const [said] = (await once(shell, 'data')) as [Buffer];
      const pid = Number(String(said));
      expect(process.kill(pid, 0)).toBe(true);
      expect(await one.stop()).toBe(0);
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      expect(readdirSync(mesh.folder)).not.toContain('shell.sock');
      shell.destroy();
    } finally {
      await mesh.end();
    }
  });

  it('names the address it could not listen on and why', async () => {
    const port = await freePort();
    const mesh = new Mesh();
    try {
      await mesh.start('one', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }]).control();
      const { code, stdout } = await receptor(
        ...['--node', 'id=two', `datadir=${folder}`],
        ...['--tcp-listener', 'bindaddr=127.0.0.1', `port=${port}`],
      );
      expect(code).toBe(1);
      expect(stdout).toMatch(new RegExp(`^Error: .*127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*$`, 'm'));
    } finally {
      await mesh.end();
    }
  });

  it('refuses a second daemon on the same control socket and leaves the first alone', async () => {
    const mesh = new Mesh();
    try {
      const first = mesh.start('one', [{ 'local-only': null }]);
      const control = await first.control();
      const second = await receptor(
        '--node',
        'id=two',
        `datadir=${folder}`,
        '--local-only',
        '--control-service',
        `filename=${first.socket}`,
      );
      expect(second.code).toBe(1);
      expect(second.stdout + second.stderr).toMatch(/Error: .*one\.sock/);
      expect(await control.status(['NodeID'])).toEqual({ NodeID: 'one' });
      control.close();
    } finally {
      await mesh.end();
    }
  });
});
