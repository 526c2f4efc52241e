import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readLine, readUntil } from './read-stream.mjs';

it('reads a line and leaves the rest', async () => {
  const stream = new PassThrough();
  stream.write('one\ntw');
  expect(await readLine(stream)).toBe('one');
  stream.write('o\nrest');
  expect(await readLine(stream)).toBe('two');
  expect(String(stream.read())).toBe('rest');
  stream.end('half');
  await expect(readLine(stream)).rejects.toThrow('the stream ended after "half"');
});

it('reads until what was read matches', async () => {
  const stream = new PassThrough();
  stream.write('on');
  const found = readUntil(stream, /(o)ne/);
  stream.write('e, two');
  expect((await found)[1]).toBe('o');
  stream.end('three');
  await expect(readUntil(stream, /four/)).rejects.toThrow('the stream ended after "three"');
});
