import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessOptions, StreamPosition } from './process-options.js';
import { processResults } from './process-results.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-process-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const take = (lines: string, options: Partial<ProcessOptions> = {}) =>
  processResults({ input: Readable.from([lines]), privateDataDir: root, ident: 'r', ...options });
const file = (name: string) => readFile(join(root, 'artifacts', 'r', name), 'utf8');

describe('processResults', () => {
  it('writes events as they came, byte for byte', async () => {
    const line =
      '{"uuid": "u-1", "counter": 1, "stdout": "hi", "event_data": {"n": 12345678901234567890}}';
    let shown = '';
    await take(`${line}\n{"eof": true}\n`, {
      output: {
        write: (text) => ((shown += text), true),
        once: () => undefined,
        off: () => undefined,
      },
    });
    expect(await file('job_events/1-u-1.json')).toBe(line);
    expect(shown).toBe('hi\n');
  });

  it('goes on where a stream was taken to, as if it had read what is before', async () => {
    const lines = Array.from({ length: 300 }, (_, at) =>
      JSON.stringify({ uuid: `u-${at + 1}`, counter: at + 1, stdout: 'ü'.repeat(5_000) }),
    );
    const stream = Buffer.from(
      `{"status": "running", "runner_ident": "r"}\n${lines.join('\n')}\n{"status": "successful", "runner_ident": "r"}\n{"eof": true}\n`,
    );
    const positions: StreamPosition[] = [];
    const whole = await take(stream.toString(), { onPosition: (at) => positions.push(at) });
    const last = positions.at(-1);
    expect(positions.length).toBe(2);
    expect(last).toMatchObject({ status: 'running', ident: 'r' });
    const counters: number[] = [];
    const rest = await processResults({
      input: Readable.from([stream.subarray(last?.bytes)]),
      privateDataDir: root,
      ident: 'r',
      ...(last !== undefined && { from: last }),
      onEvent: ({ counter }) => counters.push(counter),
    });
    expect(rest).toEqual(whole);
    expect([counters[0], counters.at(-1)]).toEqual([(last?.counter ?? 0) + 1, 300]);
  });

  it('tells of no position behind something that is missing', async () => {
    const line = (counter: number) => `{"uuid": "u-${counter}", "counter": ${counter}}\n`;
    const filler = `{"warning": "${'x'.repeat(2 ** 20)}"}\n`;
    const positions: StreamPosition[] = [];
    const onPosition = (at: StreamPosition) => positions.push(at);
    await take(`${line(1)}${line(3)}${filler}${line(4)}`, { onPosition });
    await take(`${line(1)}garbage\n${filler}${line(2)}`, { onPosition });
    expect(positions).toEqual([]);
    await take(`${line(1)}${filler}${line(2)}`, { onPosition });
    expect(positions).toMatchObject([{ counter: 1 }]);
  });

  it('what this machine has no room for is the end of the run, or is thrown to who wants to try again', async () => {
    const stream = '{"zipfile": 3}\nAAAA{"eof": true}\n';
    const limits = { diskReserve: Number.MAX_SAFE_INTEGER };
    expect(await take(stream, { limits })).toMatchObject({ status: 'error' });
    await expect(take(stream, { limits, throwsLocalErrors: true })).rejects.toMatchObject({
      code: 'no-space',
    });
    // an archive that is none is that wherever it is taken
    expect(await take(stream, { throwsLocalErrors: true })).toMatchObject({ status: 'error' });
  });

  it('writes events to the log where that is asked for, by an option or the setting', async () => {
    const lines = ['{"uuid": "a", "counter": 1, "n": 1.0}', '{"uuid": "b", "counter": 2}'];
    const stream = `${lines.join('\n')}\n{"eof": true}\n`;
    await take(stream, { eventLog: true });
    expect(await file('job_events.jsonl')).toBe(`${lines.join('\n')}\n`);
    expect(await readdir(join(root, 'artifacts', 'r', 'job_events'))).toEqual([]);
    await mkdir(join(root, 'env'));
    await writeFile(join(root, 'env', 'settings'), 'event_log: false');
    await take(stream, { eventLog: true });
    expect(await readdir(join(root, 'artifacts', 'r', 'job_events'))).toHaveLength(2);
    expect(await readdir(join(root, 'artifacts', 'r'))).not.toContain('job_events.jsonl');
    await writeFile(join(root, 'env', 'settings'), 'event_log: 3');
    await expect(take(stream)).rejects.toThrow(/env\/settings: event_log must be true or false/);
  });

  it.each([
    ['', /^Unexpected empty line encountered/],
    ['{"status": "running"}\n', /^Unexpected empty line encountered/],
    [
      'garbage\n',
      /^Failed to JSON parse a line from worker stream\. Error: .* Line with invalid JSON data: garbage/,
    ],
    ['{"zipfile": 3}\nAAA', /^Failed to extract the artifacts/],
    ['{"zipfile": -1}\n', /^Failed to extract the artifacts/],
    ['{"eof": true}\n', /came to its end, but the run did not: its last status is unstarted/],
    ['{"status": "running"}\n{"eof": true}\n', /its last status is running/],
  ])(
    'runner 8: the stream %j is an error, in result, status message and file',
    async (stream, message) => {
      const statuses: unknown[] = [];
      const result = await take(stream, { onStatus: (status) => statuses.push(status) });
      expect(result).toMatchObject({
        status: 'error',
        explanation: expect.stringMatching(message) as string,
      });
      expect(statuses.at(-1)).toMatchObject({
        status: 'error',
        job_explanation: result.explanation,
      });
      expect(await file('status')).toBe('error');
    },
  );

  it('says what ended a worker, when that stands in foreign lines or in a traceback', async () => {
    const crash =
      'Traceback (most recent call last):\n  File "x.py"\nTypeError: no such argument\n';
    for (const before of ['', '{"status": "starting"}\n'])
      expect((await take(before + crash)).explanation).toMatch(/TypeError: no such argument$/);
    const status = {
      status: 'error',
      job_explanation: 'Failed.',
      result_traceback: 'Traceback:\n  x\nBadZipFile: no zip\u001b[2J\n',
    };
    const told = await take(`${JSON.stringify(status)}\n{"eof": true}\n`);
    expect(told.explanation).toBe('Failed. (BadZipFile: no zip?[2J)');
  });

  it('keeps what a worker says of the end of a run, and still checks that the artifacts came', async () => {
    const status = '{"status": "failed", "runner_ident": "r", "job_explanation": "no playbook"}\n';
    expect(await take(`${status}{"eof": true}\n`)).toMatchObject({
      status: 'failed',
      explanation: 'no playbook',
    });
    expect(await take(`${status}garbage\n{"eof": true}\n`)).toMatchObject({
      status: 'error',
      explanation: 'The artifacts did not come: their line was damaged.',
    });
  });

  it('writes, shows and hands to plugins what a handler made of an event; one it dropped is nowhere', async () => {
    let shown = '';
    const taken: string[] = [];
    const line = (counter: number) =>
      `{"uuid": "u-${counter}", "counter": ${counter}, "event": "verbose", "stdout": "secret ${counter}"}\n`;
    const result = await take(
      `${line(1)}${line(2)}${line(3)}{"dropped_event": 4}\n${line(5)}{"eof": true}\n`,
      {
        output: {
          write: (text) => ((shown += text), true),
          once: () => undefined,
          off: () => undefined,
        },
        onEvent: (event) => {
          if (event.counter === 1) return { ...event, stdout: '***' };
          return event.counter === 2 ? null : event.counter !== 3;
        },
        plugins: [
          {
            name: 'p',
            open: () =>
              Promise.resolve({
                status: () => undefined,
                event: (_, json) => void taken.push(json),
                close: () =>
                  Promise.resolve({
                    ...{ plugin: 'p', target: '', delivered: 0, undelivered: 0 },
                    ...{ dropped: 0, retries: 0, deliveredEarlier: 0 },
                  }),
              }),
          },
        ],
      },
    );
    expect(shown).toBe('***\nsecret 3\nsecret 5\n');
    expect(await file('stdout')).toBe(shown);
    expect((await readdir(join(root, 'artifacts', 'r', 'job_events'))).sort()).toEqual([
      '1-u-1.json',
      '5-u-5.json',
    ]);
    const changed = '{"uuid": "u-1", "counter": 1, "event": "verbose", "stdout": "***"}';
    expect(await file('job_events/1-u-1.json')).toBe(changed);
    expect(taken).toEqual([changed, line(3).trim(), line(5).trim()]);
    expect(result.damage).toBeUndefined();
  });

  it('hands on what a worker says, clean and bounded, and takes none of it for an event', async () => {
    const warnings: string[] = [];
    const log: string[] = [];
    const note = `{"warning": "w\\u001b${'x'.repeat(5000)}"}\n`;
    const result = await take(
      `${note.repeat(200)}{"debug": "d"}\n{"status": "successful", "runner_ident": "r"}\n{"eof": true}\n`,
      { onWarning: (sentence) => warnings.push(sentence), onLog: (line) => log.push(line) },
    );
    expect(result).toMatchObject({ status: 'successful' });
    expect(warnings).toHaveLength(100);
    expect(warnings[0]).toBe(`the worker says: w?${'x'.repeat(1998)}`);
    expect(log).toEqual(['the worker says: d']);
    expect(await readdir(join(root, 'artifacts', 'r', 'job_events'))).toEqual([]);
  });

  it('runner 8: an error told by the worker is the result', async () => {
    expect(
      await take('{"status": "error", "job_explanation": "no"}\n{"eof": true}\n'),
    ).toMatchObject({
      status: 'error',
      explanation: 'no',
    });
  });

  it('takes no more when it is canceled, though the stream never ends', async () => {
    const input = new PassThrough();
    const abort = new AbortController();
    input.write('{"status": "running"}\n{"uuid": "u", "counter": 1}\n');
    const result = await take('', { input, signal: abort.signal, onEvent: () => abort.abort() });
    expect(result).toMatchObject({ status: 'canceled' });
    expect(await file('status')).toBe('canceled');
    expect(await readdir(join(root, 'artifacts', 'r', 'job_events'))).toEqual(['1-u.json']);
  });

  it('records an error when a handler throws', async () => {
    const onEvent = () => {
      throw new Error('boom');
    };
    await expect(take('{"uuid": "u", "counter": 1}\n', { onEvent })).rejects.toThrow('boom');
    expect([await file('status'), await file('rc')]).toEqual(['error', 'None']);
  });

  it('does not take rc and status of earlier results for its own', async () => {
    await mkdir(join(root, 'artifacts', 'r'), { recursive: true });
    await writeFile(join(root, 'artifacts', 'r', 'rc'), '0');
    expect(await take('')).not.toHaveProperty('rc');
    expect(await file('rc')).toBe('None');
  });

  it('runner 14, 16: events whose uuid or counter could lead a file elsewhere are dropped', async () => {
    const events = [
      { uuid: '../../../evil', counter: 1 },
      { uuid: 'a/b', counter: 2 },
      { uuid: 'ok', counter: '3/../x' },
      { uuid: 0, counter: 0, event: 'keepalive' },
    ];
    await take(`${events.map((event) => JSON.stringify(event)).join('\n')}\n{"eof": true}\n`);
    expect(await readdir(join(root, 'artifacts', 'r', 'job_events'))).toEqual([]);
    expect(await readdir(root)).toEqual(['artifacts']);
  });

  it('runner 15: refuses an ident that would leave the artifacts', async () => {
    await expect(take('', { ident: '../x' })).rejects.toMatchObject({ code: 'configuration' });
  });

  it('leaves out the file of an event its handler does not want', async () => {
    await take('{"uuid": "u", "counter": 1}\n{"eof": true}\n', { onEvent: () => false });
    expect(await readdir(join(root, 'artifacts', 'r', 'job_events'))).toEqual([]);
  });
});
