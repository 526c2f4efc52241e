import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packFolder } from './archive/archive.js';
import { EventCounters } from './messages/event-counters.js';
import { messagesIn } from './messages/message-recovery.js';
import { processResults } from './process-results.js';
import { withoutForeign } from './messages/received-base64.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-hostile-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function archiveWith(rc: string): Promise<string> {
  const folder = join(root, 'there');
  await mkdir(folder);
  await writeFile(join(folder, 'rc'), rc);
  const { bytes, size } = await packFolder(folder);
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return `{"zipfile": ${size}}\n${Buffer.concat(pieces).toString('base64')}`;
}

const take = (lines: string) =>
  processResults({ input: Readable.from([lines]), privateDataDir: root, ident: 'r' });

describe('a worker that writes what it likes', () => {
  it.each([
    ['-9', -9],
    ['2', 2],
    ['9'.repeat(400), undefined],
    ['1e3', undefined],
  ])('the rc %s', async (written, rc) => {
    const archive = await archiveWith(written);
    const result = await take(`{"status": "failed"}\n${archive}{"eof": true}\n`);
    expect(result.rc).toBe(rc);
    const recorded = await readFile(join(root, 'artifacts', 'r', 'rc'), 'utf8');
    expect(recorded).toBe(rc === undefined ? 'None' : written);
  });

  it('an explanation that is no text', async () => {
    const deep = '['.repeat(900) + ']'.repeat(900);
    const result = await take(`{"status": "error", "job_explanation": ${deep}}\n{"eof": true}\n`);
    expect(result).toMatchObject({ status: 'error', explanation: 'The worker gave no reason.' });
  });

  it('a size that is a long text is not repeated', async () => {
    const { explanation } = await take(`{"zipfile": "${'9'.repeat(100_000)}"}\n`);
    expect(explanation?.length).toBeLessThan(300);
  });
});

describe('what a worker may have others hold', () => {
  it('an event that is nested without end is a damaged line', async () => {
    const event = `{"uuid": "u", "counter": 1, "event": "verbose", "stdout": "", "x": ${'['.repeat(5e6)}${']'.repeat(5e6)}}`;
    const result = await take(`${event}\n{"status": "successful"}\n{"eof": true}\n`);
    expect(result.damage?.lines).toBe(1);
  });

  it('other work has its turn while there is nothing but line ends', async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await take('\n'.repeat(200_000));
    clearInterval(counting);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('what damage costs is bounded', () => {
  it('gaps between events', () => {
    const counters = new EventCounters();
    counters.upTo(1_000_000);
    for (let counter = 2; counter < 10_000; counter += 2) counters.add(counter);
    expect(counters.gaps.length).toBe(1000);
    expect(counters.gaps.slice(0, 2)).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  it('foreign texts in an archive', () => {
    const text = `AAAA${'A!\nB\n'.repeat(5000)}`;
    expect(withoutForeign(text, 2501)).toBeUndefined();
  }, 1000);

  it('beginnings that come to nothing', async () => {
    const line = `${'{"eof":'.repeat(14)}${'['.repeat(900_000)}{"status": "failed"}`;
    expect(await messagesIn(line)).toEqual([[{ status: 'failed' }, '{"status": "failed"}']]);
    const banner = `Last login: today {"eof":${'x'.repeat(50_000)}{"status": "failed"} and more`;
    expect(await messagesIn(banner)).toEqual([[{ status: 'failed' }, '{"status": "failed"}']]);
  });

  it('beginnings of messages in one line', async () => {
    const line = `${'{"eof":'.repeat(4_000_000)}{"eof": true}`;
    const before = process.memoryUsage().rss;
    expect(await messagesIn(line)).toEqual([[{ eof: true }, '{"eof": true}']]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });
});
