import { expect, it } from 'vitest';
import { lineLog } from './log.js';
import { refusalLog } from './refusal-log.js';

it('logs refusals, and counts those of a flood', () => {
  const lines: string[] = [];
  let now = 0;
  const refused = refusalLog(
    'control',
    lineLog('warning', (line) => lines.push(line)),
    () => now,
  );
  for (let count = 0; count < 25; count++) {
    refused(new Error('no certificate'), { remoteNode: 'near' });
  }
  expect(lines).toHaveLength(20);
  expect(lines[0]).toContain('Refused a stream of near to control: no certificate');
  now = 60_000;
  refused(new Error('expired'), { remoteNode: 'far' });
  expect(lines.slice(20).map((line) => line.replace(/^.*? R/, 'R'))).toEqual([
    'Refused 5 more streams to control in the last minute\n',
    'Refused a stream of far to control: expired\n',
  ]);
});
