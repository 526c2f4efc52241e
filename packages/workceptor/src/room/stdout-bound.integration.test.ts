import { UnitState } from '@receptorjs/control-protocol';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandWorkType } from '../local/command-work-type.js';
import { startTestNode, type TestNode } from '../test-node.js';

let folder: string;
let node: TestNode;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stdout-bound-'));
  node = await startTestNode(folder, 'near');
});
afterEach(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
});

it('ends a unit with more stdout than its type takes, and says so', async () => {
  const params = `-c 'head -c 200000 /dev/zero; exec sleep 1000'`;
  const loud = commandWorkType({
    workType: 'loud',
    command: 'sh',
    params,
    maxStdoutBytes: 100_000,
  });
  node.work.registerWorkType(loud);
  const unitId = await node.submit('loud');
  const { detail } = await node.reaches(unitId, ({ state }) => state === UnitState.Running);
  const pid = Number(/PID (\d+)/.exec(detail)?.[1]);
  const end = await node.ended(unitId);
  expect(end).toMatchObject({
    state: UnitState.Failed,
    detail:
      'ended for having more than 100000 bytes of stdout, the most that its work type takes (maxstdout); none of its processes is found any more',
    stdoutSize: 200_000n,
    report: { errorCode: 'output-too-long' },
  });
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it.each([
  ['', 'exit status 0'],
  ['; exit 3', 'exit status 3'],
])('a unit fails that has ended with more before anybody looked%s', async (then, how) => {
  const quick = commandWorkType({
    workType: 'quick',
    command: 'sh',
    params: `-c 'head -c 200000 /dev/zero${then}'`,
    maxStdoutBytes: 199_999,
  });
  node.work.registerWorkType(quick);
  expect(await node.ended(await node.submit('quick'))).toMatchObject({
    state: UnitState.Failed,
    detail: `${how}, with more than 199999 bytes of stdout, the most that its work type takes (maxstdout)`,
    stdoutSize: 200_000n,
    report: { errorCode: 'output-too-long' },
  });
});

it('takes as much as its type does', async () => {
  const params = `-c 'head -c 200000 /dev/zero'`;
  const quick = commandWorkType({
    workType: 'quick',
    command: 'sh',
    params,
    maxStdoutBytes: 200_000,
  });
  node.work.registerWorkType(quick);
  const end = await node.ended(await node.submit('quick'));
  expect(end).toMatchObject({ state: UnitState.Succeeded, stdoutSize: 200_000n });
});
