import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readLine } from './read-line.mjs';

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
