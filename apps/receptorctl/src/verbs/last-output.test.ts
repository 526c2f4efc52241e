import { expect, it } from 'vitest';
import { PrintedEnd } from './last-output.js';

async function printed(...chunks: string[]): Promise<PrintedEnd> {
  const end = new PrintedEnd();
  const all = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
  })();
  let passed = '';
  for await (const chunk of end.of(all)) passed += Buffer.from(chunk).toString();
  expect(passed).toBe(chunks.join(''));
  return end;
}

it('shows a last output that was not printed', async () => {
  expect((await printed('out\n')).unprinted('no room')).toBe('no room');
  expect((await printed()).unprinted('no room')).toBe('no room');
});

it('shows nothing twice, whatever its colours and ends of lines', async () => {
  const end = await printed('x'.repeat(100_000), '\u001b[31mfatal: a\r\n', 'b\u001b[0m\n');
  expect(end.unprinted('fatal: a\nb')).toBeUndefined();
  expect(end.unprinted('fatal: c')).toBe('fatal: c');
});

it('shows nothing where there is nothing', async () => {
  expect((await printed('out\n')).unprinted(undefined)).toBeUndefined();
  expect((await printed('out\n')).unprinted(' \n')).toBeUndefined();
});
