import { expect, it } from 'vitest';
import { encodeJson, parseJson } from './json.js';
import { MAX_LAST_OUTPUT, mergeReports } from './unit-report.js';
import { parseUnitStatus, unitStatusReply } from './unit-status-reply.js';
import { UnitState, type UnitStatus } from './unit-status.js';

const status: UnitStatus = {
  state: UnitState.Failed,
  detail: 'exit status 1',
  stdoutSize: 5n,
  workType: 'cat',
  extraData: null,
};

it('stands in a reply, with the keys in the order of their bytes, and is read back', () => {
  const report = {
    errorCode: 'exit-status',
    lastOutput: 'no such file',
    stdoutSha256: '0'.repeat(64),
  };
  const reply = encodeJson(unitStatusReply({ ...status, report }));
  const keys = Object.keys(parseJson(reply) ?? {});
  expect(keys).toEqual([...keys].sort());
  expect(keys).toHaveLength(9);
  expect(parseUnitStatus(parseJson(reply))).toEqual({ ...status, report });
});

it('adds no key to the reply of a unit of which nothing is known', () => {
  expect(Object.keys(unitStatusReply(status))).toHaveLength(6);
  expect(parseUnitStatus(unitStatusReply(status))).toEqual(status);
});

it('leaves out what another program means by the same key, and bounds what another node says', () => {
  const foreign = {
    ErrorCode: 7,
    StdoutSHA256: 'ABC',
    LastOutput: 'x'.repeat(MAX_LAST_OUTPUT + 1),
  };
  const { report } = parseUnitStatus({ ...unitStatusReply(status), ...foreign });
  expect(report).toEqual({ lastOutput: 'x'.repeat(MAX_LAST_OUTPUT) });
});

it('keeps what was said first', () => {
  expect(mergeReports({ errorCode: 'a' }, { errorCode: 'b', lastOutput: 'c' })).toEqual({
    errorCode: 'a',
    lastOutput: 'c',
  });
});
