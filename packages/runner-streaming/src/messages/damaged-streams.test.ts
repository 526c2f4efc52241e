import fc from 'fast-check';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packFolder } from '../archive/archive.js';
import { EventCopies } from './event-copy.js';
import { MessageWriter } from './message-writer.js';
import type { ProcessOptions } from '../process-options.js';
import { processResults } from '../process-results.js';
import { withoutForeign } from './received-base64.js';

const EVENTS = 40;
let root: string;
/** A worker's stream, line by line; the archive and the end mark are one line. */
let lines: readonly string[];
let made = 0;

const event = (counter: number) => ({
  uuid: `u-${counter}`,
  counter,
  stdout: `line ${counter} {"eof": true}`,
  start_line: counter - 1,
  end_line: counter,
  event: 'runner_on_ok',
  pid: 1,
  event_data: { host: 'h', res: { nested: { uuid: 'x', counter: 1, event: 'forged' } } },
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-damage-'));
  await mkdir(join(root, 'artifacts'));
  await writeFile(join(root, 'artifacts', 'rc'), '0');
  await writeFile(join(root, 'artifacts', 'status'), 'successful');
  await writeFile(
    join(root, 'artifacts', 'stdout'),
    Buffer.from(Array.from({ length: 3000 }, (_, i) => i * i)),
  );
  const output = new PassThrough();
  const all = text(output);
  const writer = new MessageWriter(output);
  const copies = new EventCopies((line) => writer.line(line));
  await writer.line('{"status": "running", "runner_ident": "r"}');
  for (let counter = 1; counter <= EVENTS; counter++) {
    const line = JSON.stringify(event(counter));
    await writer.line(line);
    await copies.add(counter, line);
  }
  await copies.finish();
  await writer.line('{"status": "successful", "runner_ident": "r"}');
  await writer.archive(await packFolder(join(root, 'artifacts')));
  await writer.end();
  output.end();
  lines = (await all).trimEnd().split('\n');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What `process` makes of a stream, cut into pieces of this size. */
async function taken(stream: string, size = 65_536, options: Partial<ProcessOptions> = {}) {
  const bytes = Buffer.from(stream, 'latin1');
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  const privateDataDir = join(root, `p${++made}`);
  const result = await processResults({ input: Readable.from(pieces), privateDataDir, ...options });
  const names = await readdir(join(result.artifactDir, 'job_events'));
  const texts = await Promise.all(
    names.map((name) => readFile(join(result.artifactDir, 'job_events', name), 'utf8')),
  );
  await rm(privateDataDir, { recursive: true });
  return {
    result,
    events: texts
      .map((json) => JSON.parse(json) as ReturnType<typeof event>)
      .sort((a, b) => a.counter - b.counter),
  };
}

const expected = Array.from({ length: EVENTS }, (_, index) => event(index + 1));
const isEvent = (line: string) => line.startsWith('{"uuid"');
const eventLines = () => lines.flatMap((line, index) => (isEvent(line) ? [index] : []));

/** Text others write to a stream; the last one looks like base64. */
const foreign = fc.constantFrom(
  'Last login: Mon',
  '\x1b[31mWarning: the disk is full\x1b[0m',
  '{"not": "ours"',
  '{}}}',
  '[1, 2]',
  'Broadcast message from root@h (pts/0): going down',
  'bash: cannot set terminal process group',
  'word',
);

/** A damage of a stream: where, in parts of the line, and with what. */
interface Damage {
  readonly kind: 'before' | 'joined' | 'replaced' | 'cut' | 'cut and joined' | 'inside';
  readonly line: number;
  readonly place: number;
  readonly text: string;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('before', 'joined', 'replaced', 'cut', 'cut and joined', 'inside'),
  line: fc.nat(),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  text: foreign,
});

function damaged({ kind, line, place, text }: Damage, stream: string[]): void {
  // Statuses and copies, which come twice at most, are left whole; text may come before any line.
  const at = kind === 'before' ? line % stream.length : (eventLines()[line % EVENTS] ?? 0);
  const whole = lines[at] ?? '';
  const middle = Math.floor(place * (whole.length - 2)) + 1;
  const [start, end] = [whole.slice(0, middle), whole.slice(middle)];
  stream[at] = {
    before: `${text}\n${stream[at] ?? ''}`,
    joined: `${text}${whole}`,
    replaced: text,
    cut: start,
    'cut and joined': `${start}${text}`,
    inside: `${start}${text}\n${end}`,
  }[kind];
}

describe('a damaged stream', () => {
  it('loses no event and no result, wherever it is damaged and however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 50, max: 5000 }),
        async (damages, size) => {
          const stream = [...lines];
          for (const one of damages) damaged(one, stream);
          const { result, events } = await taken(`${stream.join('\n')}\n`, size);
          expect(events).toEqual(expected);
          expect(result).toMatchObject({ status: 'successful', rc: 0 });
          expect(result.damage?.missingEvents).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it('is told: the first lines at once, the sum in the result', async () => {
    const told: string[] = [];
    const stream = [...lines];
    stream[3] = 'gar\x1b[2Jbage';
    stream.splice(10, 0, ...Array.from({ length: 20 }, () => 'banner'));
    const { result } = await taken(`${stream.join('\n')}\n`, 1000, {
      onDamage: (sentence) => told.push(sentence),
    });
    expect(result.damage).toMatchObject({ lines: 21, recoveredEvents: 1, missingEvents: [] });
    expect(result.damage?.examples).toHaveLength(10);
    expect(told[0]).toBe('A line of the stream is no message and was passed over: gar?[2Jbage');
    expect(told).toHaveLength(12);
  });

  it('names the events that are nowhere', async () => {
    const left = lines.filter(
      (line) => !line.startsWith('{"event_copy"') && !/^\{"uuid":"u-(?:3|4|9)"/.test(line),
    );
    const { result, events } = await taken(`${left.join('\n')}\n`);
    expect(result).toMatchObject({
      status: 'successful',
      damage: {
        missingEvents: [
          [3, 4],
          [9, 9],
        ],
      },
    });
    expect(events).toHaveLength(EVENTS - 3);
  });

  it('knows how the run ended when the line that says it is damaged', async () => {
    const stream = lines.map((line) => (line.includes('"successful"') ? 'gone' : line));
    const statuses: unknown[] = [];
    const { result } = await taken(`${stream.join('\n')}\n`, 1000, {
      onStatus: (status) => statuses.push(status),
    });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expect(statuses.at(-1)).toEqual({ status: 'successful', runner_ident: 'r' });
  });

  it('is an error when the artifacts are lost', async () => {
    const stream = lines.map((line) => (line.startsWith('{"zipfile"') ? 'gone' : line));
    const { result, events } = await taken(`${stream.join('\n')}\n`);
    expect(result).toMatchObject({
      status: 'error',
      explanation: 'The artifacts did not come: their line was damaged.',
    });
    expect(events).toEqual(expected);
  });

  it('may have foreign text in its archive, anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        foreign,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        fc.integer({ min: 50, max: 5000 }),
        async (words, place, ownLine, size) => {
          const archive = lines.at(-1) ?? '';
          const at = Math.floor(place * archive.indexOf('{"eof"'));
          const inserted = `${ownLine ? '\n' : ''}${words}\n`;
          const stream = [
            ...lines.slice(0, -1),
            archive.slice(0, at) + inserted + archive.slice(at),
          ];
          const { result, events } = await taken(`${stream.join('\n')}\n`, size);
          expect(events).toEqual(expected);
          expect(result).toMatchObject({ status: 'successful', rc: 0 });
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it('may have a beginning of an object in the last characters of its archive', async () => {
    const archive = lines.at(-1) ?? '';
    const at = archive.indexOf('{"eof"') - 5;
    for (const words of ['{"not": "ours"', '\n{"not": "ours"']) {
      const broken = `${archive.slice(0, at)}${words}\n${archive.slice(at)}`;
      const { result } = await taken(`${[...lines.slice(0, -1), broken].join('\n')}\n`, 56);
      expect(result).toMatchObject({ status: 'successful', rc: 0 });
    }
  });

  it('whose archive lacks something says so', async () => {
    const archive = lines.at(-1) ?? '';
    const stream = [...lines.slice(0, -1), archive.slice(0, 100) + archive.slice(104)];
    const { result, events } = await taken(`${stream.join('\n')}\n`);
    expect(result).toMatchObject({ status: 'error' });
    expect(events).toEqual(expected);
  });
});

describe('withoutForeign', () => {
  const base64 = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo='.replace('=', 'a');
  const broken = (at: number, foreignText: string) =>
    base64.slice(0, at) + foreignText + base64.slice(at);

  it.each([
    ['\nhello world\n'],
    ['hello world\n'],
    ['\r\nhello world\r\n'],
    ['\nword\n'],
    ['\n'],
    ['hello\tworld and more\n'],
  ])('removes %j', (foreignText) => {
    for (let at = 0; at < base64.length; at++)
      expect(withoutForeign(broken(at, foreignText), base64.length)).toBe(base64);
  });

  it('removes several where their bounds are known', () => {
    const twice = `${base64.slice(0, 5)}\nfoo bar\n${base64.slice(5, 20)}baz qux\n${base64.slice(20)}`;
    expect(withoutForeign(twice, base64.length)).toBe(base64);
  });

  it('makes nothing up where something is missing', () => {
    expect(withoutForeign(base64.slice(4), base64.length)).toBeUndefined();
    expect(withoutForeign('abc\ndef\nghi', 4)).toBeUndefined();
  });
});
