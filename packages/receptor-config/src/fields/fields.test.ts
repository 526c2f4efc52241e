import { expect, it } from 'vitest';
import { hostAndPort } from './address-fields.js';
import { flag, permissions, port } from './fields.js';
import { costs, list } from './structured-fields.js';
import { duration } from './time-fields.js';

const help = { help: 'x' };

it('D31: a number in a list of texts is its text, not its characters', () => {
  expect(list(help).read([17, 'x', true])).toEqual(['17', 'x', 'true']);
  expect(list(help).read(17)).toEqual(['17']);
});

it('reads numbers by their prefix', () => {
  expect(permissions(help).read('0660')).toBe(0o660);
  expect(port(help).read('0x10')).toBe(16);
  expect(port(help).read(65_535)).toBe(65_535);
  expect(() => port(help).read(65_536)).toThrow('is out of range');
  expect(() => port(help).read('08')).toThrow('is not a whole number');
});

it('reads the words of the original for true and false', () => {
  for (const word of ['1', 't', 'T', 'Y', 'true', 'True', 'TRUE', 'yes', 'Yes', 'YES', true]) {
    expect(flag(help).read(word)).toBe(true);
  }
  for (const word of ['0', 'f', 'F', 'N', 'false', 'False', 'FALSE', 'no', 'No', 'NO', false]) {
    expect(flag(help).read(word)).toBe(false);
  }
  expect(() => flag(help).read('tRUE')).toThrow('neither true nor false');
});

it('reads durations as Go writes them', () => {
  const read = (text: string) => duration(help, { minMs: 0, name: 'Name' }).read(text);
  expect(read('1h20m30s')).toBe(4_830_000);
  expect(read('1.5h')).toBe(5_400_000);
  expect(read('300ms')).toBe(300);
  expect(() => read('30')).toThrow(
    "failed to parse Name -- valid examples include '1.5h', '30m', '30m10s'",
  );
  expect(() => read('1x')).toThrow(
    "failed to parse Name -- valid examples include '1.5h', '30m', '30m10s'",
  );
});

it('wants maps of costs and addresses with ports to be such', () => {
  expect(costs(help).read({ a: '2.5' })).toEqual({ a: 2.5 });
  expect(() => costs(help).read('a=1')).toThrow('is not a map');
  expect(() => hostAndPort(help).read('host:99999')).toThrow('invalid port');
  expect(hostAndPort(help).read(':80')).toBe(':80');
});
