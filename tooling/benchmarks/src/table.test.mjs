import { expect, it } from 'vitest';
import { quantile } from './mesh-cases.mjs';
import { table } from './table.mjs';

it('shows ratios and says which way is better', () => {
  const text = table(
    new Map([
      ['stream (MB/s)', { ours: [100], original: [50], ssh: [200] }],
      ['submit (ms)', { ours: [20], original: [2000] }],
      ['ping, p99 (ms)', { ours: [2], original: [1] }],
      ['events', { ours: [3] }],
    ]),
    { ours: 'ours', original: 'go' },
  );
  const rows = text.split('\n').map((line) => line.split(/\s{2,}/));
  expect(rows[1]).toEqual(['stream (MB/s)', '100', '50.0', '2.000', 'better']);
  expect(rows[2]).toEqual(['submit (ms)', '20.0', '2000', '0.010', 'better']);
  expect(rows[3]).toEqual(['ping, p99 (ms)', '2.00', '1.00', '2.000', 'worse']);
  expect(rows[4]).toEqual(['events', '3.00', '-', '-']);
});

it('shows medians of several rounds with their spread', () => {
  const text = table(new Map([['stream (MB/s)', { ours: [90, 150, 120], ssh: [300, 200, 240] }]]), {
    ours: 'ours',
    ssh: 'ssh -L',
  });
  const rows = text.split('\n').map((line) => line.split(/\s{2,}/));
  expect(rows[0]).toEqual(['figure', 'ours', 'ssh -L', 'ours / theirs']);
  expect(rows[1]).toEqual([
    'stream (MB/s)',
    '120 (90.0 to 150)',
    '240 (200 to 300)',
    '0.500',
    'worse',
  ]);
});

it('takes quantiles of unsorted values', () => {
  expect(quantile([5, 1, 9, 3], 0.5)).toBe(5);
  expect(quantile([5, 1, 9, 3], 0.99)).toBe(9);
});
