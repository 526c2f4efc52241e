import { beforeEach, expect, it } from 'vitest';
import type { Log } from './log.js';
import { withoutRepeats } from './repeated-lines.js';

let lines: string[];
let now: number;
let log: Log;
beforeEach(() => {
  lines = [];
  now = 0;
  const note = (line: string): void => void lines.push(line);
  log = withoutRepeats({ error: note, warning: note, info: note, debug: note }, () => now);
});

const refused = 'could not connect to h:2222: ECONNREFUSED (will retry)';

it('writes a warning once, and then how often it came', () => {
  for (let at = 0; at < 6; at += 1) log.warning(refused);
  expect(lines).toEqual([refused]);
  now = 60_000;
  log.warning(refused);
  log.warning(refused);
  now = 120_000;
  log.warning(refused);
  expect(lines.slice(1)).toEqual([
    `${refused} (5 more since the last such line)`,
    `${refused} (1 more since the last such line)`,
  ]);
});

it('tells reasons and peers apart, but not the ports from which one dials', () => {
  const from = (port: number, host = '192.0.2.1') => `Refused a connection from ${host}:${port}: x`;
  for (const line of [refused, refused.replace('2222', '2223'), from(40_000), from(40_001)]) {
    log.warning(line);
  }
  log.warning(from(40_002, '192.0.2.2'));
  expect(lines).toEqual([
    refused,
    refused.replace('2222', '2223'),
    from(40_000),
    from(40_002, '192.0.2.2'),
  ]);
});

it('what happens after a link has come up is news', () => {
  log.error('Connection with b ended: x');
  log.info('Connection established with b');
  log.error('Connection with b ended: x');
  expect(lines).toHaveLength(3);
  for (let at = 0; at < 3; at += 1) {
    log.info('Connection established with b');
    log.warning('Connection with b ended: the peer rejected the link');
  }
  expect(lines.filter((line) => line.includes('rejected'))).toHaveLength(1);
});

it('remembers a bounded number', () => {
  for (let at = 0; at <= 1_000; at += 1) log.warning(`x${at}`);
  log.warning('x0');
  expect(lines).toHaveLength(1_002);
});
