import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Fixture } from './ansible-fixture.js';
import { runEvents } from './events/event-stream.js';
import { planRun } from './plan/planned-run.js';
import { RunArtifacts } from './artifacts/run-artifacts.js';
import type { RunOptions } from './inputs/run-options.js';
import { run, runAsync } from './run.js';

/** Takes every text and wants no more for a turn. */
class SlowSink extends EventEmitter {
  readonly #shown: string[];

  constructor(shown: string[]) {
    super();
    this.#shown = shown;
  }

  write(text: string): boolean {
    this.#shown.push(text);
    setTimeout(() => this.emit('drain'), 5);
    return false;
  }
}

let fixture: Fixture;
afterEach(() => fixture.remove());

const job = (options: Partial<RunOptions> = {}): RunOptions => ({
  privateDataDir: fixture.path,
  binary: fixture.at('job'),
  ident: 'r',
  ...options,
});

it('what a handler makes of an event is what readers, files and output get', async () => {
  fixture = await Fixture.ofScript('echo secret; echo noise; echo end');
  const options = job({
    onEvent: (event) => {
      if (event.stdout === 'noise') return Promise.resolve(null);
      return event.stdout === 'secret' ? { ...event, stdout: '***' } : undefined;
    },
  });
  const streamed: string[] = [];
  for await (const event of runEvents(options)) streamed.push(event.stdout);
  const handle = runAsync({ ...options, ident: 'r2' });
  const read: string[] = [];
  for await (const event of handle.events) read.push(event.stdout);
  expect([streamed, read]).toEqual([
    ['***', 'end'],
    ['***', 'end'],
  ]);
  expect(await fixture.read('artifacts', 'r2', 'stdout')).toBe('***\nend\r\n');
  expect((await fixture.events('r2')).map(({ counter }) => counter)).toEqual([1, 3]);
});

describe('a run without a private data dir', () => {
  it('has a temporary one, for its user alone, which stays for its results', async () => {
    fixture = await Fixture.ofScript('echo a');
    const { artifactDir, status } = await run({ binary: fixture.at('job'), ident: 'r' });
    const made = dirname(dirname(artifactDir));
    try {
      expect(status).toBe('successful');
      expect([dirname(made), basename(made)]).toEqual([
        tmpdir(),
        expect.stringMatching(/^\.ansible-runner-/),
      ]);
      expect((await stat(made)).mode & 0o777).toBe(0o700);
      expect(await readFile(join(artifactDir, 'stdout'), 'utf8')).toBe('a\r\n');
    } finally {
      await rm(made, { recursive: true });
    }
  });

  it('has it removed when that is asked for, after the last reader of its events', async () => {
    fixture = await Fixture.ofScript('echo a; echo b');
    const options = { binary: fixture.at('job'), removePrivateDataDir: true };
    expect(existsSync((await run(options)).artifactDir)).toBe(false);
    const handle = runAsync(options);
    const seen: string[] = [];
    let there = false;
    for await (const event of handle.events) {
      const { artifactDir } = await handle.result;
      // Takes longer than a removal would.
      await run(options);
      there = existsSync(artifactDir);
      seen.push(event.stdout);
    }
    expect([seen, there]).toEqual([['a', 'b'], true]);
    const { artifactDir } = await handle.result;
    while (existsSync(artifactDir)) await new Promise(setImmediate);
    fixture = await Fixture.ofScript('exit 0');
    await run({ ...options, binary: fixture.at('job'), privateDataDir: fixture.path });
    expect(existsSync(fixture.path)).toBe(true);
  });
});

describe('planRun', () => {
  it('says what would run, and runs and leaves nothing', async () => {
    fixture = await Fixture.make({
      'project/site.yml': '- hosts: all\n',
      'inventory/hosts': 'h1\n',
      'env/envvars': '{"API_TOKEN": "abcd", "OTHER": "x"}',
    });
    const before = await readdir(fixture.path, { recursive: true });
    const planned = await planRun({
      privateDataDir: fixture.path,
      playbook: 'site.yml',
      limit: 'h1',
      ident: 'r',
      extravars: { secret: 'hunter22' },
      secretVars: ['secret'],
    });
    expect(planned.command.slice(0, 3)).toEqual([
      'ansible-playbook',
      '-i',
      fixture.at('inventory'),
    ]);
    expect(planned.command.slice(-1)).toEqual(['site.yml']);
    expect(planned).toMatchObject({
      ident: 'r',
      cwd: fixture.at('project'),
      artifactDir: fixture.at('artifacts', 'r'),
      env: { API_TOKEN: '**********', OTHER: 'x' },
      warnings: [],
    });
    expect(await readdir(fixture.path, { recursive: true })).toEqual(before);
    await expect(planRun({ privateDataDir: fixture.at('no'), playbook: 'x' })).rejects.toThrow(
      /does not exist/,
    );
  });
});

describe('runAsync', () => {
  it('tells how the run stands at any time', async () => {
    fixture = await Fixture.ofScript('echo a; exit 3');
    const told: string[] = [];
    const handle = runAsync(job({ onStatus: () => void told.push(handle.status) }));
    expect(handle.status).toBe('unstarted');
    await handle.result;
    expect([...told, handle.status]).toEqual(['starting', 'running', 'failed', 'failed']);
    const refused = runAsync(job({ cmdline: '"' }));
    await refused.result.catch(() => undefined);
    expect(refused.status).toBe('failed');
  });

  it('starts at once and gives the events while the run goes on, to every reader from the first one', async () => {
    fixture = await Fixture.ofScript('echo a; while [ ! -e go ]; do sleep 0.02; done; echo b');
    const handle = runAsync(job());
    expect(handle.ident).toBe('r');
    const first: string[] = [];
    for await (const event of handle.events) {
      first.push(event.stdout);
      if (event.stdout === 'a') await writeFile(fixture.at('go'), '');
    }
    expect(first).toEqual(['a', 'b']);
    expect(await handle.result).toMatchObject({ status: 'successful', rc: 0 });
    const again: string[] = [];
    for await (const event of handle.events) again.push(event.stdout);
    expect(again).toEqual(['a', 'b']);
  });

  it('runner 20: events asked for before the run has begun are waited for, without turning in circles', async () => {
    fixture = await Fixture.ofScript('sleep 0.7; echo a');
    const before = process.cpuUsage();
    const seen: string[] = [];
    for await (const event of runAsync(job()).events) seen.push(event.stdout);
    const { user, system } = process.cpuUsage(before);
    expect(seen).toEqual(['a']);
    expect((user + system) / 1e6).toBeLessThan(0.5);
  });

  it('a reader who takes no event holds nothing back', async () => {
    fixture = await Fixture.ofScript('seq 1 3000');
    const handle = runAsync(job({ onEvent: () => undefined }));
    const reader = handle.events[Symbol.asyncIterator]();
    await reader.next();
    expect(await handle.result).toMatchObject({ status: 'successful' });
    let last = 1;
    for (let step = await reader.next(); step.done !== true; step = await reader.next())
      expect(step.value.counter).toBe(++last);
    expect(last).toBe(3000);
  });

  it('cancel ends the run', async () => {
    fixture = await Fixture.ofScript('echo a; sleep 60');
    const handle = runAsync(job());
    for await (const event of handle.events) if (event.stdout === 'a') handle.cancel();
    expect(await handle.result).toMatchObject({ status: 'canceled', rc: 254 });
  });

  it('an error is in the result and at the end of the events', async () => {
    fixture = await Fixture.ofScript('exit 0');
    const handle = runAsync(job({ privateDataDir: fixture.at('no') }));
    await expect(handle.result).rejects.toMatchObject({ code: 'configuration' });
    await expect(handle.events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'configuration',
    });
    expect(() => runAsync(job({ ident: '../x' }))).toThrow(/ident/);
  });

  it('of an ident used before gives the events of this run alone', async () => {
    fixture = await Fixture.ofScript('seq 1 5; [ -e short ] || seq 6 9');
    await run(job());
    await writeFile(fixture.at('short'), '');
    const seen: string[] = [];
    for await (const event of runAsync(job()).events) seen.push(event.stdout);
    expect(seen).toEqual(['1', '2', '3', '4', '5']);
  });
});

describe('a result', () => {
  it('reads the artifacts', async () => {
    fixture = await Fixture.ofScript('echo a; echo b');
    const result = await run(job());
    const seen: string[] = [];
    for await (const event of result.events()) seen.push(event.stdout);
    expect(seen).toEqual(['a', 'b']);
    expect(await result.stdout()).toBe('a\r\nb\r\n');
    expect(await result.stderr()).toBe('');
    await expect(new RunArtifacts(fixture.at('nowhere')).events().next()).rejects.toMatchObject({
      code: 'configuration',
    });
  });

  it('says when the output was not kept', async () => {
    fixture = await Fixture.ofScript('echo a');
    const result = await run(job({ suppressOutputFile: true }));
    await expect(result.stdout()).rejects.toThrow(/stdout missing/);
  });

  it('reads and replaces facts of hosts, and nothing outside of the cache', async () => {
    fixture = await Fixture.ofScript('exit 0');
    const result = await run(job({ settings: { fact_cache: 'facts' } }));
    expect(await result.factCache('h1')).toEqual({});
    await result.setFactCache('h1', { a: 1 });
    expect(await result.factCache('h1')).toEqual({ a: 1 });
    expect(await fixture.read('artifacts', 'r', 'facts', 'h1')).toBe('{"a":1}');
    expect(await result.factCache('../command')).toEqual({});
    await result.setFactCache('../command', { a: 1 });
    expect(JSON.parse(await fixture.read('artifacts', 'r', 'command'))).not.toHaveProperty('a');
    const other = await run(job({ factCacheType: 'memory' }));
    await expect(other.factCache('h1')).rejects.toThrow(/"memory"; only "jsonfile"/);
  });
});

describe('a hundred runs at once in one process', () => {
  it('do not see one another, and leave signals and warnings as found', async () => {
    fixture = await Fixture.make({
      job: '#!/bin/sh\necho "$NAME"; cat "$2" "${4#@}"; sleep 0.1; exit $((${NAME#n} % 3))\n',
    });
    const warnings: string[] = [];
    const warned = (warning: Error) => warnings.push(String(warning));
    const mine = () => undefined;
    process.on('SIGTERM', mine);
    process.on('warning', warned);
    const listeners = () =>
      process.eventNames().map((name) => [name, process.listeners(name as 'exit')]);
    const before = listeners();
    const environment = { ...process.env };
    const abort = new AbortController();
    const shown: string[] = [];
    const slow = new SlowSink(shown);
    try {
      const running = Array.from({ length: 100 }, (_, index) =>
        run(
          job({
            ident: `r${index}`,
            envvars: { NAME: `n${index}` },
            inventory: `host${index}\n`,
            extravars: { number: index },
            signal: abort.signal,
            output: slow,
          }),
        ),
      );
      const during = listeners();
      const results = await Promise.all(running);
      results.forEach((result, index) => {
        expect([result.ident, result.rc]).toEqual([`r${index}`, index % 3]);
      });
      expect(during).toEqual(before);
      for (let index = 0; index < 100; index++)
        expect(await fixture.read('artifacts', `r${index}`, 'stdout')).toBe(
          `n${index}\r\nhost${index}\r\n{"number":${index}}\n`,
        );
    } finally {
      process.off('SIGTERM', mine);
    }
    expect(shown.join('').match(/host/g)).toHaveLength(100);
    expect({ ...process.env }).toEqual(environment);
    // warnings are emitted in the next turn
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    expect((await readdir(fixture.path)).sort()).toEqual(['artifacts', 'job']);
    expect(existsSync(fixture.at('artifacts', 'r99', 'rc'))).toBe(true);
  });
});
