import { ControlClient } from '@receptorjs/control-client';
import { UnitState } from '@receptorjs/control-protocol';
import { GoReceptor, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNode, type TestNode } from './test-node.js';

const withoutGo = skipsWithoutGo();

describe.skipIf(withoutGo)(`units on a Go receptor ${goReceptor.missing}`, () => {
  const unix = { transport: 'unix' } as const;
  let folder: string;
  let go: GoReceptor;
  let near: TestNode;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'go-'));
    go = await GoReceptor.start('gopher', [
      { 'local-only': {} },
      { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } },
    ]);
    near = await startTestNode(folder, 'near', {
      dial: async () => {
        const socket = connect({ path: go.socket, allowHalfOpen: true });
        await once(socket, 'connect');
        return socket;
      },
    });
  });
  afterAll(async () => {
    await near.close();
    await go.stop('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });
  const unitsThere = async (): Promise<string[]> => {
    const client = await ControlClient.connect(go.socket);
    const units = [...(await client.workList()).keys()];
    client.close();
    return units;
  };

  it('run, are followed by adaptive polling, and are released there too', async () => {
    const id = await near.submit('sh', `-c 'cat; exit 4'`, 'gopher');
    expect(await near.results(id)).toBe('input\n');
    expect(await near.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'exit status 4',
      stdoutSize: 6n,
    });
    expect((await near.status(id)).report).toBeUndefined();
    await expect((await near.client()).workDigest(id)).rejects.toMatchObject({
      message: 'not verifiable: gopher reports no digest',
    });
    expect(await unitsThere()).toHaveLength(1);
    expect(await near.work.release(id, { ...unix, force: false })).toBe('done');
    expect(await unitsThere()).toEqual([]);
    expect(await readdir(near.unitsDir)).toEqual([]);
  });

  it('D4: end here when they are canceled there, although their results never end there', async () => {
    const id = await near.submit('sh', `-c 'echo up; exec sleep 1000'`, 'gopher');
    const results = near.results(id);
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    expect(await near.work.cancel(id, unix)).toBe('done');
    expect(await near.ended(id)).toMatchObject({ state: UnitState.Canceled, detail: 'Canceled' });
    expect(await results).toBe('up\n');
    await near.work.release(id, { ...unix, force: false });
  });

  it('fail with its words when it refuses them', async () => {
    await expect(near.submit('nonesuch', undefined, 'gopher')).rejects.toMatchObject({
      message: 'could not parse response: ERROR: unknown work type nonesuch',
    });
  });

  it('end as gone when it does not know them any more', async () => {
    const id = await near.submit('sh', `-c 'exec sleep 1000'`, 'gopher');
    await near.reaches(id, ({ state }) => state === UnitState.Running);
    const client = await ControlClient.connect(go.socket);
    for (const unit of await unitsThere()) await client.workRelease(unit, { force: true });
    client.close();
    expect(await near.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'Remote work unit is gone',
    });
  });
});
