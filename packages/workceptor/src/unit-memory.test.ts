import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandWorkType } from './local/command-work-type.js';
import { Workceptor } from './workceptor.js';
import type { Access } from './work-verbs.js';

let folder: string;
let work: Workceptor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unit-memory-'));
  work = start();
});
afterEach(async () => {
  await work.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A node that reaches no other, with room for 16,000 bytes: 8,000 for one address or node, and 4,000 for Unix sockets alone. */
function start(): Workceptor {
  const node = new Workceptor({
    nodeId: 'near',
    dataDir: join(folder, 'data'),
    maxHeldBytes: 16_000,
    dial: () => Promise.reject(new Error('no route to node')),
  });
  node.registerWorkType(
    commandWorkType({ workType: 'echo', command: 'echo', allowRuntimeParams: true }),
  );
  return node;
}

const unix: Access = { transport: 'unix' };
const one: Access = { transport: 'tcp', from: '192.0.2.1' };
const other: Access = { transport: 'mesh', from: 'far' };
const submit = (access: Access, bytes: number, node = 'nowhere') =>
  work.submit(
    { node, workType: 'echo', params: { params: 'x'.repeat(bytes) }, signWork: false },
    access,
  );
const refused = (text: string | RegExp): unknown =>
  expect.objectContaining({
    code: 'too-many-params',
    message: expect.stringMatching(text) as unknown,
  });

describe('parameters of all units', () => {
  it('are shared by origin, with a part for Unix sockets alone, and a refused one leaves nothing', async () => {
    await submit(one, 7_000);
    await expect(submit(one, 1_000)).rejects.toEqual(
      refused(
        /^the parameters of this work unit have 1\d{3} bytes, and those of the work units of one address or node 7\d{3} already; allowed are 8000 together: release/,
      ),
    );
    await submit(other, 4_000);
    await expect(submit(other, 1_000)).rejects.toEqual(
      refused(/those of all work units 11\d{3} already; allowed are 12000 together/),
    );
    await submit(unix, 4_000);
    await expect(submit(unix, 1_000)).rejects.toEqual(refused('allowed are 16000 together'));
    expect(readdirSync(join(folder, 'data', 'near'))).toHaveLength(3);
  });

  it('have room again when a unit is released', async () => {
    const { unitId } = await submit(one, 7_000);
    await work.release(unitId, { ...one, force: false });
    await submit(one, 7_000);
  });

  it('of many names count, too', async () => {
    const params = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`p${at}`, '']));
    const many = { node: 'nowhere', workType: 'echo', params, signWork: false };
    await work.submit(many, one);
    await expect(work.submit(many, one)).rejects.toEqual(refused('one address or node'));
  });

  it('of a command are gone when it has ended', async () => {
    const { unitId } = await submit(one, 7_000, 'near');
    await work.cancel(unitId, one);
    await submit(one, 7_000, 'near');
  });

  it('that an earlier daemon has left are there, and count', async () => {
    const { unitId } = await submit(unix, 15_000);
    await work.close();
    work = start();
    await work.start();
    expect((await work.list()).map(([id]) => id)).toEqual([unitId]);
    await expect(submit(unix, 1_000)).rejects.toEqual(refused('all work units'));
    await work.release(unitId, { ...unix, force: false });
    await submit(one, 7_000);
  });
});
