import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterTest } from '../test-mesh.js';

const run = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why namespaces with tun devices can't be made here, or nothing. */
const missing = ((): string => {
  if (process.platform !== 'linux') return 'skipped: tun devices are for Linux only';
  if (!existsSync('/dev/net/tun')) return 'skipped: there is no /dev/net/tun';
  const name = `rjs-try-${process.pid}`;
  try {
    run('netns', 'add', name);
    run('-n', name, 'tuntap', 'add', 'dev', 'try0', 'mode', 'tun');
    return '';
  } catch (error) {
    return `skipped: no network namespaces here (${String(error).split('\n')[1] ?? ''})`;
  } finally {
    try {
      run('netns', 'delete', name);
    } catch {
      // it was not made
    }
  }
})();
if (missing) console.warn(`ip-router tests ${missing}`);
const withoutGo = skipsWithoutGo();

const [near, far] = [`rjs-near-${process.pid}`, `rjs-far-${process.pid}`];
const port = 2222;
/** Beside the package's own dependencies, so that the optional native module is found from there. */
const bundle = fileURLToPath(new URL('../../node_modules/.cache/ip-router-test/', import.meta.url));

/** A process in a namespace whose lines can be waited for; killed after the test. */
class Contained {
  output = '';

  private constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
      child.emit('line');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
      child.emit('line');
    });
    afterTest(() => this.kill());
  }

  static start(namespace: string, program: string, ...args: string[]): Contained {
    return new Contained(spawn('ip', ['netns', 'exec', namespace, program, ...args]));
  }

  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const [found] = pattern.exec(this.output) ?? [];
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`ended:\n${this.output}`);
      await Promise.race([once(this.child, 'line'), once(this.child, 'exit')]);
    }
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

function ours(namespace: string, setup: object): Contained {
  return Contained.start(
    namespace,
    process.execPath,
    join(bundle, 'test-router-process.js'),
    JSON.stringify(setup),
  );
}

/** Sends `bytes` bytes to an echo server over TCP; resolves with whether they came back as they were. */
async function echoes(from: string, to: string, address: string, bytes: number): Promise<boolean> {
  const server = Contained.start(
    to,
    process.execPath,
    '-e',
    `require('net').createServer({allowHalfOpen:true},s=>s.pipe(s)).listen(7,'${address}',()=>console.log('listening'))`,
  );
  await server.said(/listening/);
  const client = Contained.start(
    from,
    process.execPath,
    '-e',
    `const c=require('crypto'),data=c.randomBytes(${bytes}),s=require('net').connect(7,'${address}');
     const sum=c.createHash('sha256');s.on('data',d=>sum.update(d));s.end(data);
     s.on('end',()=>console.log('sums',sum.digest('hex'),c.createHash('sha256').update(data).digest('hex')));`,
  );
  const [, got, sent] = (await client.said(/sums \w+ \w+\n/)).trim().split(' ');
  await server.kill();
  return got === sent && got !== createHash('sha256').digest('hex');
}

const routes = (namespace: string, device: string): string =>
  run('-n', namespace, '-4', 'route', 'show', 'dev', device);

const nearSetup = {
  nodeId: 'near',
  dial: { host: '192.0.2.2', port },
  router: { networkName: 'net', interface: 'rjs0', localNet: '10.1.0.0/30' },
};
const farSetup = {
  nodeId: 'far',
  listen: { host: '192.0.2.2', port },
  router: {
    networkName: 'net',
    interface: 'rjs1',
    localNet: '10.2.0.0/30',
    routes: '10.77.0.0/24, 10.88.0.0/16',
  },
};

describe.skipIf(missing !== '')(`ip-router ${missing}`, () => {
  beforeAll(async () => {
    await build({
      config: false,
      entry: [fileURLToPath(new URL('test-router-process.ts', import.meta.url))],
      outDir: bundle,
      format: 'esm',
      silent: true,
      external: ['koffi'],
      noExternal: [/^@receptorjs\//],
      esbuildOptions: (options) => {
        options.conditions = ['source'];
      },
    });
    for (const name of [near, far]) {
      run('netns', 'add', name);
      run('-n', name, 'link', 'set', 'lo', 'up');
    }
    run('link', 'add', 'v0', 'netns', near, 'type', 'veth', 'peer', 'name', 'v0', 'netns', far);
    for (const [name, address] of [
      [near, '192.0.2.1/24'],
      [far, '192.0.2.2/24'],
    ] as const) {
      run('-n', name, 'address', 'add', address, 'dev', 'v0');
      run('-n', name, 'link', 'set', 'v0', 'up');
    }
    run('-n', far, 'address', 'add', '10.77.0.1/32', 'dev', 'lo');
  });

  afterAll(async () => {
    for (const name of [near, far]) run('netns', 'delete', name);
    await rm(bundle, { recursive: true, force: true });
  });

  it('D31: carries TCP between two nodes, on the interfaces asked for, and leaves nothing behind', async () => {
    const b = ours(far, farSetup);
    await b.said(/ready rjs1\n/);
    const a = ours(near, nearSetup);
    await a.said(/ready rjs0\n/);
    await Promise.all([
      a.said(/Added route to 10\.77\.0\.0\/24/),
      a.said(/Added route to 10\.2\.0\.0\/30/),
      b.said(/Added route to 10\.1\.0\.0\/30/),
    ]);
    expect(run('-n', near, 'address', 'show', 'dev', 'rjs0')).toMatch(
      /mtu 16384[^]*inet 10\.1\.0\.1 peer 10\.1\.0\.2\/32/,
    );
    expect(await echoes(near, far, '10.2.0.1', 8 << 20)).toBe(true);
    expect(await echoes(near, far, '10.77.0.1', 1 << 20)).toBe(true);
    expect(await echoes(far, near, '10.1.0.1', 1 << 20)).toBe(true);
    // nothing is written but what the log was given
    expect(a.output).not.toMatch(/Kernel Routes|=====/);

    b.child.stdin?.end();
    await b.said(/closed/);
    expect(() => run('-n', far, 'link', 'show', 'rjs1')).toThrow(/does not exist/);
    expect(run('-n', far, 'route')).not.toMatch(/10\.1\.0\.0/);
    await a.said(/Removed route to 10\.2\.0\.0\/30/);
    await a.said(/Removed route to 10\.77\.0\.0\/24/);
    expect(routes(near, 'rjs0')).not.toMatch(/10\.(2|77)\./);
    await a.kill();
    expect(() => run('-n', near, 'link', 'show', 'rjs0')).toThrow(/does not exist/);
  });

  it('tells the system which packets the mesh carries, so that nothing stalls', async () => {
    const b = ours(far, farSetup);
    await b.said(/ready/);
    const a = ours(near, { ...nearSetup, carries: 1400 });
    await Promise.all([a.said(/Added route to 10\.2/), b.said(/Added route to 10\.1/)]);
    expect(await echoes(near, far, '10.2.0.1', 1 << 20)).toBe(true);
    expect(run('-n', near, 'route', 'get', '10.2.0.1')).toMatch(/mtu 1400/);
  });

  it('says what keeps it from starting', async () => {
    const taken = ours(near, { ...nearSetup, router: { ...nearSetup.router, interface: 'v0' } });
    await taken.said(/failed invalid-network .*interface v0 exists already/);
    const name = 'a-name-far-too-long';
    const long = ours(near, { ...nearSetup, router: { ...nearSetup.router, interface: name } });
    await long.said(/failed invalid-network .*at most 15 bytes/);
    const setup = JSON.stringify(nearSetup);
    const program = join(bundle, 'test-router-process.js');
    const start = (...args: string[]): Contained =>
      Contained.start(near, ...(args as [string, ...string[]]), setup);
    const weak = start(
      'setpriv',
      '--bounding-set=-all',
      '--inh-caps=-all',
      process.execPath,
      program,
    );
    await weak.said(/failed permission-denied .*it takes root or CAP_NET_ADMIN/);
    const alone = start('env', 'PATH=/nonexistent', process.execPath, program);
    await alone.said(/failed program-missing .*needs the program ip \(package iproute2\)/);
    expect(() => run('-n', near, 'link', 'show', 'rjs0')).toThrow(/does not exist/);
    const elsewhere = await mkdtemp(join(tmpdir(), 'ip-router-'));
    afterTest(() => rm(elsewhere, { recursive: true, force: true }));
    await cp(bundle, elsewhere, { recursive: true });
    const bare = start(process.execPath, join(elsewhere, 'test-router-process.js'));
    await bare.said(/failed native-module-missing .*npm install koffi/);
  });

  it.skipIf(withoutGo)(`exchanges packets with a Go receptor ${goReceptor.missing}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ip-router-'));
    afterTest(() => rm(folder, { recursive: true, force: true }));
    const config = [
      { node: { id: 'far', datadir: folder } },
      { 'tcp-listener': { bindaddr: '192.0.2.2', port } },
      { 'ip-router': { networkname: 'net', localnet: '10.2.0.0/30', routes: '10.77.0.0/24' } },
    ];
    await writeFile(join(folder, 'far.yml'), JSON.stringify(config));
    const b = Contained.start(far, goReceptor.path, '--config', join(folder, 'far.yml'));
    const a = ours(near, nearSetup);
    await a.said(/Added route to 10\.2\.0\.0\/30/);
    // it looks at the mesh every ten seconds
    await expect
      .poll(() => run('-n', far, 'route'), { timeout: 30_000 })
      .toMatch(/10\.1\.0\.0\/30/);
    expect(await echoes(near, far, '10.2.0.1', 4 << 20)).toBe(true);
    expect(await echoes(far, near, '10.1.0.1', 4 << 20)).toBe(true);
    expect(await echoes(near, far, '10.77.0.1', 1 << 20)).toBe(true);
    await b.kill();
  });
});
