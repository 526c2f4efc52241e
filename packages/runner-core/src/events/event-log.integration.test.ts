import { readdir, stat } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { Fixture } from '../ansible-fixture.js';
import { RunArtifacts } from '../artifacts/run-artifacts.js';
import type { RunOptions } from '../inputs/run-options.js';
import { run, runAsync } from '../run.js';
import { EVENT_LOG } from './event-log.js';
import type { RunEvent } from './events.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

const job = (options: Partial<RunOptions> = {}): RunOptions => ({
  privateDataDir: fixture.path,
  binary: fixture.at('job'),
  ident: 'r',
  eventLog: true,
  ...options,
});
const logged = async () =>
  (await fixture.read('artifacts', 'r', EVENT_LOG))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);

it('a run with an event log writes what it would write into files, in order, for its owner alone', async () => {
  fixture = await Fixture.ofScript('seq 1 5000');
  await run(job({ onEvent: ({ stdout }) => stdout !== '7' }));
  const events = await logged();
  expect(events).toHaveLength(4999);
  expect(events.map(({ counter }) => counter)).toEqual(
    Array.from({ length: 5000 }, (_, at) => at + 1).filter((counter) => counter !== 7),
  );
  expect(await readdir(fixture.at('artifacts', 'r', 'job_events'))).toEqual([]);
  expect((await stat(fixture.at('artifacts', 'r', EVENT_LOG))).mode & 0o777).toBe(0o600);

  // the same events as files, of a later run with that ident: what the earlier one logged is gone
  await run(job({ eventLog: false, onEvent: ({ stdout }) => stdout !== '7' }));
  const files = await fixture.events('r');
  expect(files.map(({ stdout, counter }) => [stdout, counter])).toEqual(
    events.map(({ stdout, counter }) => [stdout, counter]),
  );
  expect(await readdir(fixture.at('artifacts', 'r'))).not.toContain(EVENT_LOG);
});

it('large texts are whole in the log', async () => {
  fixture = await Fixture.ofScript('echo a; head -c 300000 /dev/zero | tr "\\0" x; echo; echo b');
  await run(job());
  expect((await logged()).map(({ stdout }) => stdout)).toEqual(['a', 'x'.repeat(300_000), 'b']);
});

it('the events of a handle, of a result and of artifacts come from the log', async () => {
  fixture = await Fixture.ofScript('seq 1 2000');
  const expected = Array.from({ length: 2000 }, (_, at) => String(at + 1));
  const handle = runAsync(job());
  const read: string[] = [];
  for await (const { stdout } of handle.events) read.push(stdout);
  expect(read).toEqual(expected);
  const stored: string[] = [];
  const { artifactDir } = await handle.result;
  for await (const { stdout } of new RunArtifacts(artifactDir).events()) stored.push(stdout);
  expect(stored).toEqual(expected);
});

it('a run whose handler stores nothing has no log, and the setting decides', async () => {
  fixture = await Fixture.make({ job: '#!/bin/sh\necho a\n', 'env/settings': 'event_log: true' });
  await run(job({ eventLog: false, onEvent: () => false }));
  expect(await readdir(fixture.at('artifacts', 'r'))).not.toContain(EVENT_LOG);
  await run(job({ eventLog: false }));
  expect((await logged()).map(({ stdout }) => stdout)).toEqual(['a']);
});
