import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { Log } from '../log/log.js';
import { CRASHED, crashReport, reportCrashes, type CrashingProcess } from './crash-report.js';

const facts = { nodeId: 'far', version: '1.2.3' };

class Process extends EventEmitter implements CrashingProcess {
  readonly exits: number[] = [];

  exit(code: number): void {
    this.exits.push(code);
  }
}

const logTo = (error: (line: string) => void): Log => ({
  error,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
});

it('says in the log what happened and where, and ends the process', () => {
  const process = new Process();
  const lines: string[] = [];
  reportCrashes(
    process,
    facts,
    logTo((line) => lines.push(line)),
  );
  process.emit('uncaughtException', new TypeError('x is not a function'));
  expect(process.exits).toEqual([CRASHED]);
  expect(lines[0]).toBe('The node far ends by an error that nothing handles: x is not a function');
  expect(lines[1]).toMatch(/^receptor 1\.2\.3, Node v\d+.*units of work go on/);
  expect(lines[2]).toMatch(/^ {4}at .*crash-report\.test\.ts/);
});

it('ends at once when the report fails, too', () => {
  const process = new Process();
  const log = logTo(() => {
    process.emit('uncaughtException', new Error('log is gone'));
  });
  reportCrashes(process, facts, log);
  process.emit('uncaughtException', new Error('first'));
  expect(process.exits[0]).toBe(CRASHED);
});

it('shows the errors behind an error, and takes what is no error', () => {
  const cause = new Error('the disk');
  const report = crashReport(new Error('the write', { cause }), facts);
  expect(report).toContain('  caused by the disk');
  expect(crashReport('a text', facts)[0]).toMatch(/: a text$/);
  expect(crashReport('a text', facts)).toHaveLength(2);
});
