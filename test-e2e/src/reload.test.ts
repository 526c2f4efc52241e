import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { bin, Mesh, until, type Daemon } from './mesh.js';

describe('reload', () => {
  let mesh: Mesh;
  let port: number;
  let hop: Daemon;
  let near: Daemon;
  beforeEach(async () => {
    mesh = new Mesh();
    port = await freePort();
    hop = mesh.start('hop', listener());
    near = mesh.start('near', [peer()]);
    await near.routeTo('hop');
    await hop.routeTo('near');
  });
  afterEach(() => mesh.end());

  const listener = (): object[] => [
    { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    { 'work-command': { worktype: 'cat', command: 'cat' } },
  ];
  const peer = (): object => ({ 'tcp-peer': { address: `127.0.0.1:${port}` } });

  const established = (daemon: Daemon): number =>
    daemon.logText().split('Connection established with').length - 1;

  it('opens what is new, closes what is gone, and leaves the rest alone', async () => {
    const second = await freePort();
    const added = [
      { 'tcp-listener': { bindaddr: '127.0.0.1', port: second } },
      { 'work-command': { worktype: 'echo', command: 'echo' } },
    ];
    const [tcp] = listener();
    hop.configure([...added, tcp ?? {}]);
    const plan = await hop.ctl('reload', '--plan');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout.split('\n').filter((line) => !line.startsWith('keep'))).toEqual([
      'close  work-command cat',
      `open   tcp-listener 127.0.0.1:${second}`,
      'open   work-command echo',
      '',
    ]);
    expect(plan.stdout).toContain(`keep   tcp-listener 127.0.0.1:${port}`);
    expect(await hop.ctl('reload')).toMatchObject({ code: 0, stdout: 'Reload successful\n' });
    near.configure([peer(), { 'tcp-peer': { address: `127.0.0.1:${second}`, cost: 2 } }]);
    expect(await near.ctl('reload')).toMatchObject({ code: 0 });
    await until('near to hear of the work types', async () => {
      const { stdout } = await near.ctl('status');
      return /^hop +ansible-runner, echo$/m.test(stdout) || undefined;
    });
    expect([established(hop), established(near)]).toEqual([1, 1]);
    expect((await hop.ctl('reload', '--plan')).stdout).not.toMatch(/^(?:open|close)/m);
  });

  it('D8: a part that can not be opened changes nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port: used } = taken.address() as { port: number };
    hop.configure([{ 'tcp-listener': { bindaddr: '127.0.0.1', port: used } }]);
    const { code, stderr } = await hop.ctl('reload');
    expect(code).toBe(4);
    expect(stderr).toContain(`could not listen on 127.0.0.1:${used}`);
    taken.close();
    await near.routeTo('hop');
    hop.configure(listener());
    expect((await hop.ctl('reload', '--plan')).stdout).not.toMatch(/^(?:open|close)/m);
  });

  it('changes nothing for a configuration that is wrong, and says where', async () => {
    const config = `${hop.folder}/hop.yml`;
    writeFileSync(config, '- node: { id: hop }\n- tcp-listener:\n    port: many\n');
    const { code, stderr } = await hop.ctl('reload');
    expect(code).toBe(4);
    expect(stderr).toContain('hop.yml:3');
    expect(established(hop)).toBe(1);
    hop.configure(listener());
    expect(await hop.ctl('reload')).toMatchObject({ code: 0 });
    expect([established(hop), established(near)]).toEqual([1, 1]);
  });

  it('D9: an action that can not be reloaded is named, each time it is tried', async () => {
    const control = { 'control-service': { service: 'other' } };
    hop.configure([...listener(), control]);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, stderr } = await hop.ctl('reload');
      expect(code).toBe(3);
      expect(stderr).toContain(
        "a non-reloadable config action 'control-service' was modified or added. Must restart receptor",
      );
      expect(stderr).toContain('control-service other was added');
    }
    hop.configure(listener());
    expect(await hop.ctl('reload')).toMatchObject({ code: 0 });
  });

  it('SIGHUP reloads, says what came of it, and never ends the node', async () => {
    const echo = { 'work-command': { worktype: 'echo', command: 'echo' } };
    hop.configure([...listener(), echo]);
    process.kill(hop.pid, 'SIGHUP');
    await hop.logs('Configuration reloaded: 0 closed, 1 opened');
    hop.configure([{ 'tcp-pear': {} }]);
    process.kill(hop.pid, 'SIGHUP');
    await hop.logs(/Configuration not reloaded: .*tcp-pear/);
    expect((await hop.ctl('status')).stdout).toMatch(/^hop +cat, ansible-runner, echo$/m);
    expect(established(hop)).toBe(1);
  });

  it('SIGHUP during the start is remembered, and without a file it changes nothing', async () => {
    await near.stop();
    near.start();
    const before = near.logText().length;
    await near.logs('Not offering ansible-runner', before);
    process.kill(near.pid, 'SIGHUP');
    await near.logs('Configuration reloaded: 0 closed, 0 opened', before);
    const args = ['--node', 'id=alone', `datadir=${mesh.folder}/data`, '--local-only'];
    const alone = spawn(bin('receptor'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    for await (const chunk of alone.stdout) {
      log += String(chunk);
      if (log.includes('there is no configuration file')) break;
      if (log.includes('Initialization complete')) alone.kill('SIGHUP');
    }
    alone.kill('SIGTERM');
    const [code] = (await once(alone, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
