import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { commandWorkType } from './local/command-work-type.js';
import { Workceptor } from './workceptor.js';
import type { Access } from './work-verbs.js';

const access: Access = { transport: 'unix' };
const onlyUnstarted = { ...access, force: false, onlyUnstarted: true };

it('a unit that only is to be removed if it has not started is refused once it has all its stdin', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unit-unstarted-'));
  const work = new Workceptor({
    nodeId: 'near',
    dataDir: folder,
    dial: () => Promise.reject(new Error('no route to node')),
  });
  onTestFinished(async () => {
    await work.close();
    rmSync(folder, { recursive: true, force: true });
  });
  work.registerWorkType(commandWorkType({ workType: 'cat', command: 'cat' }));
  const submission = { node: 'near', workType: 'cat', params: {}, signWork: false };
  const waits = await work.submit(submission, access);
  expect(await work.release(waits.unitId, onlyUnstarted)).toBe('done');
  const starts = await work.submit(submission, access);
  await starts.start(
    (async function* () {
      yield await Promise.resolve(Buffer.from('all'));
    })(),
  );
  await expect(work.release(starts.unitId, onlyUnstarted)).rejects.toMatchObject({
    code: 'has-started',
    message: `work unit ${starts.unitId} has started`,
  });
  expect(await work.release(starts.unitId, { ...access, force: false })).toBe('done');
});
