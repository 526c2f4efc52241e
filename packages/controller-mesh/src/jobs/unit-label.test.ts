import { reportedStatus } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import { labelOf, workerParams } from './unit-label.js';

const unit = (extraData: Parameters<typeof reportedStatus>[0]['extraData']) =>
  reportedStatus({ state: 1, detail: '', stdoutSize: 0n, workType: 'ansible-runner', extraData });

it('tells which job a unit is of, however the worker is called besides', () => {
  const label = { jobId: 42, submissionId: 'f00-ba4' };
  expect(labelOf(unit({ Pid: 1, Params: `worker ${workerParams(label)}` }))).toEqual(label);
  expect(workerParams(label)).not.toBe(workerParams(label));
});

it.each([[null], ['text'], [{}], [{ Params: 'worker --private-data-dir=/tmp/awx_4_x' }]])(
  'tells nothing of a unit with %j',
  (extraData) => {
    expect(labelOf(unit(extraData))).toBeUndefined();
  },
);
