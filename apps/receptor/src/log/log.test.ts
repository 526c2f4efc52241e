import { expect, it } from 'vitest';
import { jsonLine, journalLine, lineLog } from './log.js';

it('writes level, local time and text as the original does, down to the level asked for', () => {
  const lines: string[] = [];
  const log = lineLog('info', (line) => lines.push(line), {
    now: () => new Date(2021, 6, 22, 22, 40, 36),
  });
  log.info('Initialization complete');
  log.warning('careful');
  log.debug('not shown');
  expect(lines).toEqual([
    'INFO 2021/07/22 22:40:36 Initialization complete\n',
    'WARNING 2021/07/22 22:40:36 careful\n',
  ]);
});

it('D30: one event is one line, with the level it was written with', () => {
  const lines: string[] = [];
  lineLog('error', (line) => lines.push(line)).error('two\nlines\r');
  expect(lines.join('').split('\n')).toHaveLength(2);
  expect(lines[0]).toContain('two\\nlines\\r');
});

it('makes control characters visible, for peers have a say in messages', () => {
  const lines: string[] = [];
  lineLog('error', (line) => lines.push(line)).error('\u001b[2J\u0000\u2028 grün\t');
  expect(lines[0]).toMatch(/ \\u001b\[2J\\u0000\\u2028 grün\\t\n$/);
});

it('cuts what is too long for a line', () => {
  const lines: string[] = [];
  lineLog('error', (line) => lines.push(line)).error('x'.repeat(100_000));
  expect(lines[0]?.length).toBeLessThan(5_000);
});

it('writes JSON, one object a line, with what peers say escaped', () => {
  const lines: string[] = [];
  const now = () => new Date(Date.UTC(2026, 10, 29, 21, 0, 0, 5));
  const log = lineLog('info', (line) => lines.push(line), { format: jsonLine('far'), now });
  log.warning('a "b"\n\u001b[2J');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[ -~]*\n$/);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '2026-11-29T21:00:00.005Z',
    level: 'warning',
    node: 'far',
    message: 'a "b"\n\u001b[2J',
  });
});

it('tells the journal the level of each line', () => {
  const lines: string[] = [];
  const log = lineLog('debug', (line) => lines.push(line), { format: journalLine });
  for (const level of ['error', 'warning', 'info', 'debug'] as const) log[level]('x');
  expect(lines.map((line) => line.slice(0, 5))).toEqual(['<3>ER', '<4>WA', '<6>IN', '<7>DE']);
});
