import { expect, it } from 'vitest';
import { linesOf } from './lines.js';

async function lines(pieces: readonly (string | Buffer)[], maxBytes?: number): Promise<string[]> {
  const all: string[] = [];
  for await (const line of linesOf(streamOf(pieces), maxBytes)) all.push(line);
  return all;
}
async function* streamOf(pieces: readonly (string | Buffer)[]): AsyncIterable<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}

it('puts lines together however they come, and leaves out blank ones', async () => {
  const text = 'one\n\ntwö\nthree\n';
  const expected = ['one', 'twö', 'three'];
  expect(await lines([text])).toEqual(expected);
  expect(await lines([...Buffer.from(text)].map((byte) => Buffer.of(byte)))).toEqual(expected);
  expect(await lines(['a', '', 'b\nc'])).toEqual(['ab']);
});

it('does not hold a line without an end', async () => {
  const endless = Array.from({ length: 100 }, () => 'x'.repeat(10));
  await expect(lines(endless, 500)).rejects.toMatchObject({
    code: 'bad-answer',
    message: 'the API server sends a change of more than 500 bytes',
  });
  expect(await lines(['x'.repeat(499), '\n', 'y'.repeat(499), '\n'], 500)).toHaveLength(2);
});
