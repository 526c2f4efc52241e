import { appendFile, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunArtifacts } from '../artifacts/run-artifacts.js';
import { MAX_EVENT_FILE_BYTES } from './event-files.js';
import { EventFeed } from './event-feed.js';
import { EVENT_LOG, openEventLog } from './event-log.js';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'event-log-'));
  path = join(root, EVENT_LOG);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function counters(from?: number, to?: number): Promise<[number, number][]> {
  const found: [number, number][] = [];
  for await (const { event, end } of (await openEventLog(path, from, to)) ?? [])
    found.push([event.counter, end]);
  return found;
}

it('is read line by line, but for a last line that is not whole', async () => {
  await writeFile(path, '{"counter": 1}\n{"counter": 2, "x": "é"}\n{"counter": 3');
  expect(await counters()).toEqual([
    [1, 15],
    [2, 41],
  ]);
  expect(await counters(15, 41)).toEqual([[2, 41]]);
  await appendFile(path, '}\n');
  expect(await counters(41)).toEqual([[3, 56]]);
});

it('may have lines longer than what is read at once', async () => {
  const long = 'é'.repeat(400_000);
  await writeFile(path, `{"counter": 1, "stdout": "${long}"}\n{"counter": 2}\n`);
  const log = await openEventLog(path);
  expect((await log?.next())?.value).toMatchObject({ event: { counter: 1, stdout: long } });
  expect((await log?.next())?.value).toMatchObject({ event: { counter: 2 } });
});

it('is read by who reads artifacts, and is no log when it is missing', async () => {
  expect(await openEventLog(path)).toBeUndefined();
  await writeFile(path, '{"counter": 1}\n{"counter": 2}\n');
  const events = [];
  for await (const { counter } of new RunArtifacts(root).events()) events.push(counter);
  expect(events).toEqual([1, 2]);
});

it.each([
  ['a link', () => symlink('elsewhere', path), /it is a link/],
  ['no mapping', () => writeFile(path, '[1]\n'), /must hold a JSON mapping/],
  ['no JSON', () => writeFile(path, '{"a"\n'), /must hold a JSON mapping/],
  [
    'one endless line',
    async () => {
      await writeFile(path, '');
      await truncate(path, MAX_EVENT_FILE_BYTES + 1);
    },
    /a line of it has more than/,
  ],
])('is refused as %s', async (_, make, sentence) => {
  await make();
  await expect(counters()).rejects.toMatchObject({
    name: 'UnsafeFileError',
    message: expect.stringMatching(sentence) as string,
  });
});

it('is followed as far as it was written, by readers of any pace', async () => {
  const feed = new EventFeed(join(root, 'job_events'));
  const [ahead, late] = [feed.events(), feed.events()];
  const first = ahead.next();
  await writeFile(path, '{"counter": 1}\n{"counter": 2}\n{"coun');
  feed.logged(30);
  expect((await first).value).toMatchObject({ counter: 1 });
  expect((await ahead.next()).value).toMatchObject({ counter: 2 });
  const third = ahead.next();
  await appendFile(path, 'ter": 3}\n');
  feed.logged(45);
  expect((await third).value).toMatchObject({ counter: 3 });
  feed.end();
  expect(await ahead.next()).toEqual({ done: true, value: undefined });
  const all = [];
  for await (const { counter } of late) all.push(counter);
  expect(all).toEqual([1, 2, 3]);
});
