import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { Mesh, until, type Daemon } from './mesh.js';

let mesh: Mesh;
let far: Daemon;
let near: Daemon;
beforeEach(async () => {
  mesh = new Mesh();
  const port = await freePort();
  far = mesh.start('far', [
    { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    { 'work-command': { worktype: 'cat', command: 'cat' } },
  ]);
  const actions = [{ 'tcp-peer': { address: `127.0.0.1:${port}` } }];
  near = mesh.start('near', actions, { node: { retentionage: '3s' } });
  await near.routeTo('far');
});
afterEach(() => mesh.end());

async function unitsOf(daemon: Daemon): Promise<string[]> {
  const client = await daemon.control();
  try {
    return [...(await client.workList()).keys()];
  } finally {
    client.close();
  }
}

it('releases a remote unit on its node too, or when that is back', async () => {
  const client = await near.control();
  try {
    const { unitId } = await client.submit({ node: 'far', workType: 'cat' }, 'hello\n');
    await until('the end of the unit', async () =>
      (await client.workStatus(unitId)).state === 2 ? true : undefined,
    );
    await far.stop('SIGKILL');
    await near.logs(/INFO .*Retention released 0 units .*; 1 more when their nodes can be reached/);
    expect((await client.workStatus(unitId)).detail).toMatch(/^Release pending: far /);
    far.start();
    // near dials again after waits that have grown
    await until(
      'no unit at both nodes',
      async () => {
        const left = [...(await unitsOf(near)), ...(await unitsOf(far))];
        return left.length === 0 ? true : undefined;
      },
      60_000,
    );
    const { unitId: next } = await client.submit({ node: 'far', workType: 'cat' }, 'hello\n');
    await near.logs(
      /INFO .*Retention released 1 units that had ended, the first at .*: 0\.\d MiB$/m,
    );
    expect(await unitsOf(near)).not.toContain(next);
    expect(await unitsOf(far)).toEqual([]);
  } finally {
    client.close();
  }
});
