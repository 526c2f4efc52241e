import { expect, it } from 'vitest';
import { headers } from './structured-fields.js';

const field = headers({ help: '' });

it('takes a map, also as JSON', () => {
  expect(field.read({ authorization: 'Bearer x', 'x-count': 3 })).toEqual({
    authorization: 'Bearer x',
    'x-count': '3',
  });
  expect(field.read('{"a":"b"}')).toEqual({ a: 'b' });
});

it.each([
  ['no map', 'secret'],
  ['a list', ['secret']],
  ['a line in a value', { a: 'secret\r\nb: c' }],
  ['a space in a name', { 'secret name': 'x' }],
])('refuses %s, and shows no value', (_what, value) => {
  expect(() => field.read(value)).toThrow(/^(?!.*secret)/s);
});
