import { expect, it } from 'vitest';
import type { RunEvent } from '../../ports/job-run.js';
import { eventRow } from './event-row.js';

const event = (kind: string, data: Readonly<Record<string, unknown>> = {}): RunEvent => ({
  counter: 4,
  uuid: 'u',
  parent_uuid: 'p',
  event: kind,
  stdout: 'ok: [a]',
  start_line: 3,
  end_line: 4,
  created: '2026-01-02T03:04:05.000006+00:00',
  event_data: data,
});

it('has what a list of events is filtered by', () => {
  const data = { host: 'a', task: 'x'.repeat(2_000), play: 'all', res: { changed: true } };
  expect(eventRow(event('runner_on_ok', data), new Map([['a', 7]]))).toMatchObject({
    counter: 4,
    event_level: 3,
    host_id: 7,
    host_name: 'a',
    task: 'x'.repeat(1_024),
    play: 'all',
    role: '',
    failed: false,
    changed: true,
    created: new Date('2026-01-02T03:04:05.000Z'),
  });
});

it.each([
  ['playbook_on_start', 0],
  ['verbose', 0],
  ['playbook_on_play_start', 1],
  ['playbook_on_task_start', 2],
  ['runner_item_on_ok', 3],
])('%s is of level %i', (kind, level) => {
  expect(eventRow(event(kind), new Map()).event_level).toBe(level);
});

it('has failed unless the task ignores that', () => {
  const failed = (kind: string, data = {}) => eventRow(event(kind, data), new Map()).failed;
  expect(failed('runner_on_unreachable')).toBe(true);
  expect(failed('runner_on_failed', { ignore_errors: true })).toBe(false);
  expect(failed('runner_on_failed', { ignore_errors: null })).toBe(true);
});

it('is of no host where Ansible has printed something of itself', () => {
  const { event_data: _, ...printed } = event('verbose');
  expect(eventRow(printed, new Map())).toMatchObject({ host_name: '', event_data: {} });
});
