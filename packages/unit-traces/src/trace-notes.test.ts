import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UnitNotes } from './trace-notes.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'notes-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const remote = { isRemote: true, sampled: true, nowMs: 1_000.5 };
const shown = ({ own, parentSpanId, clientSpanId, submittedMs, reached, exported }: UnitNotes) => ({
  own,
  parentSpanId,
  clientSpanId,
  submittedMs,
  reached: [...reached],
  exported,
});

it('finds again what was noted, each step once', () => {
  const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  const notes = UnitNotes.begin(dir, parent, remote);
  notes.reach('stdin-stored', 1_001);
  notes.reach('stdin-stored', 1_002);
  notes.wasExported();
  const found = UnitNotes.load(dir);
  expect(found && shown(found)).toEqual(shown(notes));
  expect(notes.client).toEqual({ ...parent, spanId: notes.clientSpanId });
  expect(readFileSync(join(dir, 'trace'), 'utf8').split('\n')).toHaveLength(4);
});

it('goes on behind a line that a crash has cut off', () => {
  UnitNotes.begin(dir, undefined, remote).reach('stdin-stored', 1_001);
  appendFileSync(join(dir, 'trace'), '{"step":"sen');
  expect([...(UnitNotes.load(dir)?.reached ?? [])]).toEqual([['stdin-stored', 1_001]]);
});

it('is none without a file, with a link, and with anything else in it', () => {
  expect(UnitNotes.load(dir)).toBeUndefined();
  writeFileSync(
    join(dir, 'other'),
    '{"own":"00-' + 'a'.repeat(32) + '-' + 'b'.repeat(16) + '-01"}',
  );
  symlinkSync('other', join(dir, 'trace'));
  expect(UnitNotes.load(dir)).toBeUndefined();
  rmSync(join(dir, 'trace'));
  writeFileSync(join(dir, 'trace'), 'nothing\n');
  expect(UnitNotes.load(dir)).toBeUndefined();
});

it.each(['"soon"', 'null', '{}', '1e400', '-5', '1e300', '99999999999999999999'])(
  'takes %s for no time',
  (at) => {
    UnitNotes.begin(dir, undefined, remote).reach('queued', 1_001);
    const path = join(dir, 'trace');
    appendFileSync(path, `{"step":"sent","at":${at}}\n`);
    expect([...(UnitNotes.load(dir)?.reached ?? [])]).toEqual([['queued', 1_001]]);
    writeFileSync(path, readFileSync(path, 'utf8').replace('1000.5', at));
    expect(UnitNotes.load(dir)).toBeUndefined();
  },
);

it('follows no link when it writes, and goes on without its file', () => {
  writeFileSync(join(dir, 'other'), 'whole');
  symlinkSync('other', join(dir, 'trace'));
  const notes = UnitNotes.begin(dir, undefined, remote);
  notes.reach('sent', 5);
  expect(readFileSync(join(dir, 'other'), 'utf8')).toBe('whole');
  expect([...notes.reached]).toEqual([['sent', 5]]);
});
