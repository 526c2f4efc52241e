import { expect, it } from 'vitest';
import { encodeJson, parseJson } from './json.js';
import { reportedStatus } from './unit-status.js';
import { parseUnitStatus, unitStatusReply } from './unit-status-reply.js';

const text =
  '{"Detail":"exit status 0","ExtraData":null,"State":2,"StateName":"Succeeded","StdoutSize":9007199254740993,"WorkType":"cat"}';

it('reads a reply and writes it back, sizes exact', () => {
  const status = parseUnitStatus(parseJson(text));
  expect(status.stdoutSize).toBe(9007199254740993n);
  expect(encodeJson(unitStatusReply(status))).toBe(text);
});

it('is fit for JSON.stringify, exact where a number can not be', () => {
  const status = parseUnitStatus(
    parseJson(text.replace('null', '{"Big":9007199254740993,"List":[1,9007199254740993]}')),
  );
  expect(JSON.parse(JSON.stringify(status))).toEqual({
    state: 2,
    stateName: 'Succeeded',
    detail: 'exit status 0',
    stdoutSize: '9007199254740993',
    workType: 'cat',
    extraData: { Big: '9007199254740993', List: [1, '9007199254740993'] },
  });
  expect(JSON.stringify(reportedStatus({ ...status, stdoutSize: 5n }))).toContain('"stdoutSize":5');
});

it.each([
  ['[]', /must be an object/],
  [text.replace('"State":2', '"State":5'), /State of a unit must be 0 to 4, not 5/],
  [text.replace('"State":2', '"State":"2"'), /State of a unit/],
  [text.replace('9007199254740993', '-1'), /StdoutSize must be a count of bytes, not -1/],
  [text.replace('9007199254740993', '1.5'), /StdoutSize/],
  [text.replace('"cat"', '1'), /WorkType/],
])('refuses %s', (json, message) => {
  expect(() => parseUnitStatus(parseJson(json))).toThrow(message);
});
