import { describe, expect, it } from 'vitest';
import { encodeJson, parseJson, type JsonValue } from './json.js';
import { parseUnitEvent, unitEventReply, type UnitEvent } from './unit-event.js';
import { UnitState, type UnitStatus } from './unit-status.js';

const status: UnitStatus = {
  state: UnitState.Failed,
  detail: 'exit status 3',
  stdoutSize: 2n ** 60n,
  workType: 'sh',
  extraData: null,
  report: { errorCode: 'exit-status' },
};

describe('unit events', () => {
  it.each<[string, UnitEvent<UnitStatus>, string]>([
    ['a reset', { type: 'reset' }, '{"Event":"reset"}'],
    ['a place', { type: 'resumed', cursor: 'a-1' }, '{"Cursor":"a-1","Event":"resumed"}'],
    ['the end of a list', { type: 'listed', cursor: 'a-1' }, '{"Cursor":"a-1","Event":"listed"}'],
    [
      'a unit',
      { type: 'unit', unitId: 'u1', status, cursor: 'a-2' },
      '{"Cursor":"a-2","Event":"unit","Status":{"Detail":"exit status 3","ErrorCode":"exit-status","ExtraData":null,"State":3,"StateName":"Failed","StdoutSize":1152921504606846976,"WorkType":"sh"},"UnitID":"u1"}',
    ],
    [
      'a release',
      { type: 'released', unitId: 'u1', cursor: 'a-3' },
      '{"Cursor":"a-3","Event":"released","UnitID":"u1"}',
    ],
    [
      'a release in a list',
      { type: 'released', unitId: 'u1' },
      '{"Event":"released","UnitID":"u1"}',
    ],
  ])('%s is one line and comes back', (_, event, line) => {
    expect(encodeJson(unitEventReply(event))).toBe(line);
    expect(parseUnitEvent(parseJson(line))).toEqual(event);
  });

  it('of a kind that is not known yet are passed over', () => {
    expect(parseUnitEvent({ Event: 'moved', UnitID: 'u1' })).toBeUndefined();
  });

  it.each<[JsonValue, RegExp]>([
    [[], /must be an object/],
    [{}, /Event .* must be a string/],
    [{ Event: 'listed' }, /Cursor .* at most 64 characters/],
    [{ Event: 'listed', Cursor: 'x'.repeat(65) }, /Cursor/],
    [{ Event: 'released', UnitID: 1 }, /UnitID/],
    [{ Event: 'unit', UnitID: 'u1' }, /status must be an object/],
  ])('%j is refused', (value, why) => {
    expect(() => parseUnitEvent(value)).toThrow(why);
  });
});
