import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ControlServiceError } from '../errors.js';
import { connectTarget } from './connect.js';
import { parseRequest } from './request.js';
import { parseWorkRequest } from './work-request.js';

const word = fc.constantFrom('work', 'WORK', 'submit', 'results', 'list', 'cancel', '', '1', '-1');
const line = fc.oneof(
  fc.string(),
  fc.array(fc.oneof(word, fc.string()), { maxLength: 6 }).map((words) => words.join(' ')),
  fc.json().map((json) => `{"command":"work","subcommand":${json}}`),
  fc
    .dictionary(
      fc.constantFrom('command', 'subcommand', 'unitid', 'startpos', 'node', 'worktype', 'x'),
      fc.oneof(word, fc.jsonValue()),
    )
    .map((fields) => JSON.stringify(fields)),
);

it('D3: whatever a line holds, it is read or refused with a bad-request', () => {
  fc.assert(
    fc.property(line, (text) => {
      for (const parse of [parseWorkRequest, connectTarget]) {
        try {
          parse(parseRequest(text));
        } catch (error) {
          expect(error).toBeInstanceOf(ControlServiceError);
          expect(error).toMatchObject({ code: 'bad-request' });
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

it('says of a request that is too large what is too large', () => {
  const entries = `{"command":"status","requested_fields":[${'"a",'.repeat(200_000)}"a"]}`;
  expect(() => parseRequest(entries)).toThrow(
    'request is too large: JSON holds more than 20000 values',
  );
  expect(() => parseRequest(`{"a":${'['.repeat(5_000)}`)).toThrow(
    'request is too large: JSON is nested deeper than 1000 levels',
  );
});

it('reads commands and verbs in any case, and leaves words longer than any of them as they are', () => {
  expect(parseRequest('STATUS')).toMatchObject({ command: 'status' });
  expect(parseWorkRequest(parseRequest('Work LIST'))).toMatchObject({ verb: 'list' });
  const long = 'A'.repeat(65);
  expect(parseRequest(long)).toMatchObject({ command: long });
  expect(parseRequest(`${long} x`)).toMatchObject({ command: long, text: 'x' });
});
