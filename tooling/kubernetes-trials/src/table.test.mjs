import { expect, it } from 'vitest';
import { table } from './table.mjs';

it('makes columns as wide as their cells, with numbers to the right', () => {
  const rows = [
    ['no image', 1.5],
    ['a | b\nc', 12],
  ];
  expect(table(['fault', 's'], rows)).toBe(
    [
      '| fault    |   s |',
      '| -------- | --: |',
      '| no image | 1.5 |',
      String.raw`| a \| b c |  12 |`,
    ].join('\n'),
  );
});
