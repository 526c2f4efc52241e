import { EventEmitter } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { HangUps } from './hang-ups.js';
import { lineLog } from '../log/log.js';

let lines: string[];
let killed: string[];
let source: EventEmitter & { readonly pid: number; kill(pid: number, signal: 'SIGHUP'): unknown };
beforeEach(() => {
  lines = [];
  killed = [];
  source = Object.assign(new EventEmitter(), {
    pid: 1,
    kill: (_: number, signal: string) => killed.push(signal),
  });
});
const log = lineLog('info', (line) => lines.push(line));
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A reload whose end the test decides. */
function reloads() {
  const ends: (() => void)[] = [];
  const reload = () => new Promise<void>((resolve) => ends.push(resolve));
  return { ends, reload };
}

it('remembers a signal that comes before the node has started', async () => {
  const hangUps = new HangUps(source);
  source.emit('SIGHUP');
  source.emit('SIGHUP');
  const { ends, reload } = reloads();
  hangUps.serve(reload, log);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(1);
  expect(lines.join('')).toContain('SIGHUP received: reloading the configuration');
});

it('signals during a reload come to one more', async () => {
  const { ends, reload } = reloads();
  new HangUps(source).serve(reload, log);
  for (let count = 0; count < 4; count += 1) source.emit('SIGHUP');
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await settled();
  expect(ends).toHaveLength(2);
  source.emit('SIGHUP');
  expect(ends).toHaveLength(3);
});

it('a reload that throws is logged, and the next one is made', async () => {
  let count = 0;
  new HangUps(source).serve(() => {
    count += 1;
    return Promise.reject(new Error('broken'));
  }, log);
  for (let round = 0; round < 2; round += 1) {
    source.emit('SIGHUP');
    await settled();
  }
  expect(count).toBe(2);
  expect(lines.filter((line) => line.includes('broken'))).toHaveLength(2);
});

it('says that there is nothing to reload, and goes on', async () => {
  new HangUps(source).serve(undefined, log);
  source.emit('SIGHUP');
  await settled();
  expect(lines.join('')).toMatch(/^WARNING .* there is no configuration file to reload/);
});

it('does nothing while the node is being closed, and does not end it', () => {
  const { ends, reload } = reloads();
  const hangUps = new HangUps(source);
  hangUps.serve(reload, log);
  hangUps.ignore();
  source.emit('SIGHUP');
  expect(ends).toEqual([]);
  expect(killed).toEqual([]);
});

it('ends what is no node, with the signal that came before that was known too', () => {
  new HangUps(source).release();
  expect(source.listenerCount('SIGHUP')).toBe(0);
  expect(killed).toEqual([]);
  const late = new HangUps(source);
  source.emit('SIGHUP');
  late.release();
  expect(killed).toEqual(['SIGHUP']);
});
