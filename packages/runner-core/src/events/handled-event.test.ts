import { expect, it } from 'vitest';
import { EventAssembler } from './event-assembler.js';
import { EventPump } from './event-pump.js';
import type { EventRecord } from './event-record.js';
import type { RunEvent } from './events.js';
import type { EventHandler } from '../inputs/run-options.js';

const body =
  '{"event": "runner_on_ok", "pid": 7, "event_data": {"n": 12345678901234567890, "list": [1]}}';

/** What is recorded of two events, and what the failure of the handler was. */
async function recorded(handler: EventHandler) {
  const records: (readonly [EventRecord, boolean])[] = [];
  let failure: unknown;
  const pump = new EventPump(
    new EventAssembler('r', { take: () => body }),
    {
      record: (event, withFile) => void records.push([event, withFile]),
      flush: () => undefined,
    },
    handler,
    { pause: () => undefined, resume: () => undefined, failed: (error) => (failure = error) },
  );
  for (const uuid of ['a', 'b']) pump.push({ uuid, text: `text ${uuid}\r\n`, cut: false });
  await pump.idle();
  return {
    records: records.map(([event, withFile]) => ({
      event: event.event,
      json: event.json,
      parts: [...event.jsonParts()].join(''),
      shown: event.shown,
      withFile,
    })),
    failure,
  };
}

it.each([
  ['at once', (value: unknown) => value],
  ['in a promise', (value: unknown) => Promise.resolve(value)],
])('an event that a handler returns %s is what is recorded and shown', async (_, given) => {
  const { records } = await recorded((event) =>
    given(event.uuid === 'a' ? { ...event, stdout: 'hidden', tag: 'x' } : undefined),
  );
  expect(records.map(({ shown }) => shown)).toEqual(['hidden\n', 'text b\n']);
  expect(records[0]).toMatchObject({ withFile: true, event: { stdout: 'hidden', tag: 'x' } });
  expect(records[0]?.json).toBe(
    '{"uuid": "a", "counter": 1, "stdout": "hidden", "start_line": 0, "end_line": 1, "runner_ident": "r", ' +
      '"event": "runner_on_ok", "pid": 7, "event_data": {"n": 12345678901234567890, "list": [1]}, "tag": "x"}',
  );
  expect(records[0]?.parts).toBe(records[0]?.json);
});

it('null drops an event, false leaves out its file, and other answers change nothing', async () => {
  const seen = async (answer: unknown) =>
    (await recorded(() => answer)).records.map(({ withFile, shown }) => [withFile, shown]);
  expect(await seen(null)).toEqual([]);
  const texts = ['text a\n', 'text b\n'];
  expect(await seen(false)).toEqual(texts.map((text) => [false, text]));
  for (const other of [undefined, true, 0, '', [1], new Map(), 7])
    expect(await seen(other)).toEqual(texts.map((text) => [true, text]));
  expect((await recorded((event) => event)).records).toHaveLength(2);
});

it('an empty text shows nothing', async () => {
  const { records } = await recorded((event) => ({ ...event, stdout: '' }));
  expect(records.map(({ shown }) => shown)).toEqual(['', '']);
});

it('the event is frozen all through: changing it is an error of the handler', async () => {
  for (const change of [
    (event: RunEvent) => Object.assign(event, { stdout: '' }),
    (event: RunEvent) => (event.event_data as unknown as { list: number[] }).list.push(2),
  ]) {
    const { failure } = await recorded((event) => void change(event));
    expect(String(failure)).toMatch(/Exception in the event handler: Cannot/);
  }
});

it.each([
  [{ uuid: 'z' }, /an object in the place of event 1 that has not its uuid and counter/],
  [{}, /that has not its uuid and counter/],
  [{ uuid: 'a', counter: 1, event: 'e' }, /replacement of event 1 has no text stdout/],
  [{ uuid: 'a', counter: 1, stdout: '' }, /replacement of event 1 has no text event/],
  [{ uuid: 'a', counter: 1, stdout: '', event: 'e', n: 1n }, /BigInt/],
])('what can not take the place of an event fails the run: %o', async (answer, message) => {
  const { failure, records } = await recorded(() => answer);
  expect(String(failure)).toMatch(message);
  expect(records).toEqual([]);
});
