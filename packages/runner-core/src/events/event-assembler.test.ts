import { describe, expect, it } from 'vitest';
import { EventAssembler } from './event-assembler.js';

const bodies = new Map([
  [
    'u1',
    '{"event": "runner_on_ok", "pid": 7, "created": "c", "event_data": {"res": {"n": 12345678901234567890}}}',
  ],
  [
    'u2',
    '{"event": "playbook_on_stats", "event_data": {}, "runner_stats": {"ok": {"h": 3}, "playbook": "a.yml"}}',
  ],
]);
const assembler = () => new EventAssembler('id', { take: (uuid) => bodies.get(uuid) });

describe('EventAssembler', () => {
  it('joins text and announced event in the order of keys of the original', async () => {
    const event = await assembler().assemble({ uuid: 'u1', text: '\r\nok\r\n', cut: false });
    expect(event.json).toBe(
      '{"uuid": "u1", "counter": 1, "stdout": "\\r\\nok", "start_line": 0, "end_line": 2, "runner_ident": "id", ' +
        '"event": "runner_on_ok", "pid": 7, "created": "c", "event_data": {"res": {"n": 12345678901234567890}}}',
    );
    expect(event.shown).toBe('\r\nok\n');
  });

  it('numbers events and lines over announced and other text', async () => {
    const one = assembler();
    const events = [];
    for (const segment of [
      { text: 'warning\r\n', cut: false },
      { text: '\r\n', cut: false },
      { uuid: 'u1', text: '', cut: false },
      { text: 'tail', cut: false },
    ])
      events.push(await one.assemble(segment));
    expect(events.map((event) => JSON.parse(event.json) as unknown)).toMatchObject([
      { counter: 1, stdout: 'warning', start_line: 0, end_line: 1, event: 'verbose' },
      { counter: 2, stdout: '', start_line: 1, end_line: 2, event: 'verbose' },
      { counter: 3, stdout: '', start_line: 2, end_line: 2, event: 'runner_on_ok' },
      { counter: 4, stdout: 'tail', start_line: 2, end_line: 2, event: 'verbose' },
    ]);
    expect(events.map((event) => event.shown)).toEqual(['warning\r\n', '\r\n', '', 'tail\n']);
    expect(Object.keys(JSON.parse(events[0]!.json) as object)).toEqual([
      'event',
      'uuid',
      'counter',
      'stdout',
      'start_line',
      'end_line',
      'runner_ident',
      'created',
    ]);
  });

  it('runner 19: the recap is known where event data is omitted', async () => {
    const one = assembler();
    const event = await one.assemble({ uuid: 'u2', text: 'PLAY RECAP\n', cut: false });
    expect(one.stats?.ok).toEqual({ h: 3 });
    expect(JSON.parse(event.json)).toMatchObject({ event: 'playbook_on_stats', event_data: {} });
    expect(event.json).not.toContain('runner_stats');
  });

  it('ends what goes on with a cut event as the event itself would end', async () => {
    const one = assembler();
    const shown = [];
    for (const segment of [
      { uuid: 'u1', text: 'a', cut: true },
      { text: 'b', cut: true, rest: true },
      { text: 'c\r\n', cut: false, rest: true },
      { uuid: 'u1', text: 'd', cut: true },
      { text: '\r\n', cut: false, rest: true },
    ] as const)
      shown.push((await one.assemble(segment)).shown);
    expect(shown.join('')).toBe('abc\nd\n');
  });

  it('is the same in parts, and when it is large', async () => {
    const text = `${'"\\\u001b€😀'.repeat(300_000)}\r\n`;
    const event = await assembler().assemble({ uuid: 'u1', text, cut: false });
    const whole = [...event.jsonParts()].join('');
    expect(event.large).toBe(true);
    expect(whole).toBe(event.json);
    expect(event.event).toEqual(JSON.parse(whole));
    expect(Object.keys(event.event)).toEqual(Object.keys(JSON.parse(whole) as object));
    expect([...event.shownParts()].join('')).toBe(`${text.slice(0, -2)}\n`);
    for (const part of [...event.jsonParts(), ...event.shownParts()])
      expect(part.length).toBeLessThan(8_000_000);
  });

  it('makes a verbose event of text whose announced event never came', async () => {
    const event = await assembler().assemble({ uuid: 'lost', text: 'x\n', cut: false });
    expect(JSON.parse(event.json)).toMatchObject({ uuid: 'lost', event: 'verbose', stdout: 'x' });
  });
});
