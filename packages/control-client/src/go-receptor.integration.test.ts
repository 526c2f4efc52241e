import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ControlClient } from './control-client.js';
import { UnitState } from './unit-status.js';

const receptor = process.env['RECEPTOR_GO'];
if (receptor === undefined) console.warn('skipped: RECEPTOR_GO names no Go receptor');

describe.skipIf(receptor === undefined)('against a Go receptor (needs RECEPTOR_GO)', () => {
  let folder: string;
  let daemon: ChildProcess;
  let socket: string;
  const connect = (): Promise<ControlClient> => ControlClient.connect(socket);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'go-'));
    socket = join(folder, 'sock');
    const config = join(folder, 'receptor.yml');
    await writeFile(
      config,
      JSON.stringify([
        { node: { id: 'gopher', datadir: join(folder, 'data') } },
        { 'local-only': {} },
        { 'control-service': { service: 'control', filename: socket } },
        { 'work-command': { worktype: 'cat', command: 'cat' } },
        { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } },
      ]),
    );
    const appeared = new Promise<void>((resolve) => {
      const watcher = watch(folder, () => {
        if (!existsSync(socket)) return;
        watcher.close();
        resolve();
      });
    });
    daemon = spawn(receptor ?? '', ['--config', config], { stdio: 'ignore' });
    await appeared;
    // the file is there a moment before the socket accepts
    await vi.waitFor(async () => {
      (await connect()).close();
    });
  });
  afterAll(async () => {
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
    await rm(folder, { recursive: true, force: true });
  });

  it('greets, reports its status and pings itself', async () => {
    const client = await connect();
    expect(await client.nodeId()).toBe('gopher');
    expect(await client.status(['NodeID'])).toEqual({ NodeID: 'gopher' });
    expect(await client.ping('gopher')).toMatchObject({ success: true, from: 'gopher' });
    expect(await client.ping('nowhere')).toMatchObject({
      success: false,
      error: 'no route to node',
    });
    expect(await client.traceroute('gopher')).toHaveProperty('0');
    expect(await client.reload()).toMatchObject({ Success: true });
    client.close();
  });

  it('runs units, gives their results and releases them', async () => {
    const { unitId, result } = await (
      await connect()
    ).submit({ node: 'localhost', workType: 'cat' }, 'hello\n');
    expect(result).toBe('Job Started');
    expect(await text(await (await connect()).results(unitId, { startPos: 2 }))).toBe('llo\n');
    const client = await connect();
    expect(await client.workStatus(unitId)).toMatchObject({
      state: UnitState.Succeeded,
      stdoutSize: 6n,
    });
    expect([...(await client.workList()).keys()]).toEqual([unitId]);
    expect(await client.workRelease(unitId)).toBe(true);
    await expect(client.workStatus(unitId)).rejects.toMatchObject({
      code: 'remote-error',
      message: `unknown work unit ${unitId}`,
    });
    client.close();
  });

  it('answers a request to watch as a node that does not know it, and serves on', async () => {
    const client = await connect();
    await expect(client.watch('x').next()).rejects.toMatchObject({
      code: 'remote-error',
      message: 'bad command',
    });
    expect((await client.workList()).size).toBe(0);
    client.close();
  });

  it('joins services', async () => {
    const stream = await (await connect()).connectService('gopher', 'control');
    const inner = ControlClient.over(stream);
    expect(await inner.nodeId()).toBe('gopher');
    inner.close();
  });
});
