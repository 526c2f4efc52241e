import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlClient } from './control-client.js';
import { UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { GoReceptor, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';

const withoutGo = skipsWithoutGo();

describe.skipIf(withoutGo)(`against a Go receptor ${goReceptor.missing}`, () => {
  let go: GoReceptor;
  const connect = (): Promise<ControlClient> => ControlClient.connect(go.socket);

  beforeAll(async () => {
    go = await GoReceptor.start('gopher', [
      { 'local-only': {} },
      { 'work-command': { worktype: 'cat', command: 'cat' } },
      { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } },
    ]);
  });
  afterAll(() => go.stop('SIGTERM'));

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
    expect(await text(await (await connect()).resultStream(unitId, { startPos: 2 }))).toBe('llo\n');
    const client = await connect();
    expect(await client.workStatus(unitId)).toMatchObject({
      state: UnitState.Succeeded,
      stdoutSize: 6n,
    });
    expect([...(await client.workList()).keys()]).toEqual([unitId]);
    const statuses = await client.workStatuses(['x', unitId, 'y', unitId]);
    expect([...statuses].map(([id, { stdoutSize }]) => [id, stdoutSize])).toEqual([[unitId, 6n]]);
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

  it('runs a unit to its end in one call, polling a node that can not notify', async () => {
    const client = await connect();
    const states: number[] = [];
    const request = {
      node: 'localhost',
      workType: 'sh',
      params: { params: "-c 'cat; sleep 0.3'" },
    };
    const onStatus = ({ state }: UnitStatus): number => states.push(state);
    const { stdout } = await client.runWork(request, 'hello\n', { onStatus });
    expect(stdout.toString()).toBe('hello\n');
    expect(states.at(-1)).toBe(UnitState.Succeeded);
    const failing = { ...request, params: { params: "-c 'echo some; exit 3'" } };
    await expect(client.runWork(failing)).rejects.toMatchObject({
      code: 'work-failed',
      message: expect.stringMatching(/^work unit \w{8} failed: exit status 3$/) as string,
      work: { status: { state: UnitState.Failed }, stdout: Buffer.from('some\n') },
    });
    expect((await client.workList()).size).toBe(0);
    client.close();
  });

  it('ends the results of a unit that is canceled, although the node leaves them open', async () => {
    const client = await connect();
    const params = { params: "-c 'echo up; exec sleep 1000'" };
    const { unitId } = await client.submit({ node: 'localhost', workType: 'sh', params });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of await client.results(unitId)) {
        seen.push(String(chunk));
        await client.workCancel(unitId);
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'work-canceled' });
    expect(seen).toEqual(['up\n']);
    await client.workRelease(unitId);
    client.close();
  });

  it('a submission that breaks off is released before the node takes its end for that of stdin', async () => {
    const client = await connect();
    const ran = join(dirname(go.socket), 'ran');
    const params = { params: `-c 'touch ${ran}'` };
    const half = async function* (): AsyncGenerator<string> {
      yield await Promise.resolve('half');
      throw new Error('the disk is gone');
    };
    const request = { node: 'localhost', workType: 'sh', params };
    const submission = await client.openSubmission(request);
    expect(submission.knowsEnd).toBe(false);
    await expect(submission.send(half())).rejects.toThrow('the disk is gone');
    expect((await client.workList()).size).toBe(0);
    // what the node does with the end of the connection is done once it has served a unit that came later
    await client.runWork({ node: 'localhost', workType: 'cat' });
    expect(existsSync(ran)).toBe(false);
    client.close();
  });

  it('joins services', async () => {
    const stream = await (await connect()).connectService('gopher', 'control');
    const inner = ControlClient.over(stream);
    expect(await inner.nodeId()).toBe('gopher');
    inner.close();
  });
});
