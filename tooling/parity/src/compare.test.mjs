import { describe, expect, it } from 'vitest';
import { compare } from './compare.mjs';

const uuid = (/** @type {number} */ n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/**
 * @param {number} first number of its first uuid
 * @param {readonly [string, string, string?][]} seen host, text, suffix of the uuid
 */
const recording = (first, seen) => ({
  status: 'successful',
  rc: '0',
  folder: '/tmp/x',
  stdout: seen.map(([, text]) => `${text}\n`).join(''),
  events: seen.map(([host, text, suffix = ''], index) => ({
    uuid: uuid(first + index) + suffix,
    counter: index + 1,
    stdout: text,
    start_line: index,
    end_line: index + 1,
    event: 'runner_on_ok',
    pid: first,
    event_data: { host, task: text, duration: 1 / first, path: `/tmp/x/${text}` },
  })),
});

describe('compare', () => {
  it('finds two runs the same that differ in uuids, process ids and durations only', () => {
    const seen = /** @type {[string, string][]} */ ([
      ['h1', 'a'],
      ['h1', 'b'],
    ]);
    expect(compare('t', recording(1, seen), recording(50, seen))).toEqual([]);
  });

  it('names a missing event, and goes on with the next', () => {
    const found = compare(
      't',
      recording(1, [
        ['h1', 'a'],
        ['h1', 'c'],
      ]),
      recording(1, [
        ['h1', 'a'],
        ['h1', 'b'],
        ['h1', 'c'],
      ]),
    );
    expect(found.map(({ where, path }) => `${where} ${path}`)).toEqual([
      'runner_on_ok h1 b ',
      'runner_on_ok h1 c counter',
      'runner_on_ok h1 c start_line',
      'runner_on_ok h1 c end_line',
      'stdout line 1',
    ]);
  });

  it('names values, keys and their order', () => {
    const ours = recording(1, [['h1', 'a']]);
    const theirs = recording(1, [['h1', 'a']]);
    const [event] = ours.events;
    if (event === undefined) throw new Error('there is one');
    const { uuid: id, ...rest } = event;
    const other = { ...rest, uuid: id, event_data: { ...event.event_data, res: 1, path: 'b' } };
    const found = compare('t', { ...ours, events: [other] }, theirs);
    expect(found.map(({ path }) => path)).toEqual([
      'order of keys',
      'event_data.path',
      'event_data.res',
    ]);
  });

  it('tells uuids apart that do not belong together, and suffixes', () => {
    const seen = /** @type {[string, string][]} */ ([
      ['h1', 'a'],
      ['h1', 'b'],
    ]);
    const ours = recording(1, seen);
    const same = ours.events.map((event) => ({ ...event, uuid: uuid(7) }));
    expect(compare('t', { ...ours, events: same }, recording(1, seen))).toMatchObject([
      { path: 'uuid' },
    ]);
    expect(
      compare('t', recording(1, [['h1', 'a', '_2']]), recording(1, [['h1', 'a']])),
    ).toMatchObject([{ path: 'uuid' }]);
  });

  it('lets hosts come in another order, but not what happens on one of them', () => {
    const one = recording(1, [
      ['h1', 'a'],
      ['h2', 'a'],
      ['h1', 'b'],
    ]);
    const other = recording(9, [
      ['h2', 'a'],
      ['h1', 'a'],
      ['h1', 'b'],
    ]);
    expect(compare('t', one, other)).toEqual([]);
    const wrong = recording(9, [
      ['h2', 'a'],
      ['h1', 'b'],
      ['h1', 'a'],
    ]);
    expect(compare('t', one, wrong)).not.toEqual([]);
  });

  it('finds gaps in the numbers of ours', () => {
    const gap = recording(1, [
      ['h1', 'a'],
      ['h2', 'b'],
    ]);
    const events = gap.events.map((event) => ({ ...event, counter: event.counter * 2 }));
    expect(compare('t', { ...gap, events }, { ...gap, events })).toMatchObject([
      { path: 'counter', ours: 2 },
      { path: 'counter', ours: 4 },
    ]);
  });

  it('takes the task of a notification as it comes where hosts go on at their own pace, and only there', () => {
    const notified = (/** @type {string[]} */ hosts, /** @type {string} */ task) => {
      const made = recording(
        1,
        hosts.map((host) => /** @type {const} */ ([host, 'x'])),
      );
      for (const event of made.events) {
        event.event = 'playbook_on_notify';
        Object.assign(event.event_data, { task, handler: 'handled' });
      }
      return made;
    };
    const [ours, theirs] = [notified(['h1', 'h2'], 'a'), notified(['h2', 'h1'], 'b')];
    expect(compare('t', ours, theirs, true)).toEqual([]);
    expect(compare('t', ours, theirs).map(({ path }) => path)).toContain('event_data.task');
  });
});
