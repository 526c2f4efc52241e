import { expect, it } from 'vitest';
import { explanationTable } from './explain.js';

const findings = [
  { Subject: 'Route', State: 'ok', Text: 'near -> hop -> far, cost 2' },
  { Subject: 'Certificate', State: 'failed', Text: 'names other' },
];

it('prints a line for each finding and what they come to', () => {
  const reply = { From: 'near', Node: 'far', Service: 'control', Findings: findings };
  expect(explanationTable({ ...reply, Open: false })).toBe(
    [
      'Route        ok      near -> hop -> far, cost 2',
      'Certificate  failed  names other',
      '',
      'near can not open a stream to control of far.',
      '',
    ].join('\n'),
  );
  expect(explanationTable({ ...reply, Open: true })).toContain('near can open a stream');
});

it('takes a reply without findings', () => {
  expect(explanationTable({ From: 'a', Node: 'b', Service: 'c', Open: true })).toBe(
    '\na can open a stream to c of b.\n',
  );
});
