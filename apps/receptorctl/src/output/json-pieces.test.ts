import { expect, it } from 'vitest';
import { jsonPieces } from './json-pieces.js';

async function lines(chunks: readonly (string | number[])[], position = 0n): Promise<unknown[]> {
  async function* bytes() {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk as string));
  }
  const found: unknown[] = [];
  for await (const line of jsonPieces(bytes(), position)) found.push(JSON.parse(line));
  return found;
}

it('are texts with the position of their first byte', async () => {
  expect(await lines(['one\n', 'tw\u00e4\n', 'x'], 10n)).toEqual([
    { Position: 10, Text: 'one\n' },
    { Position: 14, Text: 'tw\u00e4\n' },
    { Position: 19, Text: 'x' },
  ]);
});

it('cut no character in two, and hand on what is none', async () => {
  expect(
    await lines([
      [0x61, 0xe2, 0x82],
      [0xac, 0x62],
      [0xff, 0xfe],
      [0xf0, 0x9f],
    ]),
  ).toEqual([
    { Position: 0, Text: 'a' },
    { Position: 1, Text: '\u20acb' },
    { Position: 5, Base64: '//4=' },
    { Position: 7, Base64: '8J8=' },
  ]);
});
