import { UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import type { Step, TraceNotes } from './trace-notes.js';
import { stepsReached } from './unit-progress.js';
import { unitSpans } from './unit-spans.js';

const status = (more: Partial<UnitStatus> = {}): UnitStatus => ({
  state: UnitState.Succeeded,
  detail: 'exit status 0',
  stdoutSize: 7n,
  workType: 'cat',
  extraData: { Pid: 1, Params: 'a-secret' },
  ...more,
});

const remoteData = {
  RemoteNode: 'far',
  RemoteWorkType: 'cat',
  RemoteUnitID: 'abc',
  RemoteStarted: true,
};
const remote = (more: Partial<UnitStatus> = {}): UnitStatus =>
  status({
    workType: 'remote',
    extraData: { ...remoteData, RemoteParams: { params: 'a-secret' } },
    ...more,
  });

const notes = (
  reached: readonly (readonly [Step, number])[],
  clientSpanId?: string,
): TraceNotes => ({
  own: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true },
  parentSpanId: undefined,
  clientSpanId,
  submittedMs: 100,
  reached: new Map(reached),
  exported: false,
});

const facts = { nodeId: 'near', unitId: 'unit', released: false, stdinBytes: 3, via: undefined };

const times = (spans: ReturnType<typeof unitSpans>): unknown[] =>
  spans.map(({ name, startMs, endMs, parentSpanId }) => [name, startMs, endMs, parentSpanId]);

it('divides a unit of this node by its steps', () => {
  const all = notes([
    ['stdin-stored', 110],
    ['queued', 111],
    ['launched', 115],
    ['running', 120],
    ['ended', 150],
  ]);
  const own = 'b'.repeat(16);
  expect(times(unitSpans(all, { ...facts, status: status() }))).toEqual([
    ['unit cat', 100, 150, undefined],
    ['store stdin', 100, 110, own],
    ['wait for a place', 111, 115, own],
    ['start', 115, 120, own],
    ['run', 120, 150, own],
  ]);
});

it('says on which node each span of a unit was', () => {
  const all = notes([
    ['stdin-stored', 110],
    ['launched', 115],
    ['running', 120],
    ['ended', 150],
  ]);
  for (const { name, attributes } of unitSpans(all, { ...facts, status: status() })) {
    expect(attributes, name).toMatchObject({
      'receptor.node.id': 'near',
      'receptor.unit.id': 'unit',
    });
  }
});

it('divides a unit of another node by its steps', () => {
  const client = 'c'.repeat(16);
  const all = notes(
    [
      ['stdin-stored', 110],
      ['node-reached', 120],
      ['sent', 130],
      ['ended', 150],
    ],
    client,
  );
  const spans = unitSpans(all, { ...facts, status: remote(), via: 'hop' });
  expect(times(spans)).toEqual([
    ['unit cat', 100, 150, undefined],
    ['store stdin', 100, 110, 'b'.repeat(16)],
    ['unit on far', 110, 150, 'b'.repeat(16)],
    ['wait for node', 110, 120, client],
    ['send stdin', 120, 130, client],
    ['receive results', 130, 150, client],
  ]);
  expect(spans[2]).toMatchObject({ kind: 'client', spanId: client });
  expect(JSON.stringify(spans)).not.toContain('a-secret');
});

it('ends where a unit has ended early, and never goes back in time', () => {
  const failed = remote({ state: UnitState.Failed, detail: 'Work unit expired on a day' });
  const spans = unitSpans(
    notes(
      [
        ['stdin-stored', 110],
        ['ended', 105],
      ],
      'c'.repeat(16),
    ),
    {
      ...facts,
      status: failed,
    },
  );
  expect(spans.map(({ name, endMs }) => [name, endMs])).toEqual([
    ['unit cat', 105],
    ['store stdin', 105],
    ['unit on far', 110],
    ['wait for node', 110],
  ]);
});

it('says how a unit has ended, without texts for people', () => {
  const attributesOf = (more: Partial<UnitStatus>, released = false) =>
    unitSpans(notes([['ended', 150]]), { ...facts, status: status(more), released })[0];
  expect(
    attributesOf({
      state: UnitState.Failed,
      detail: 'exit status 3',
      report: { errorCode: 'exit-status' },
    }),
  ).toMatchObject({
    failed: true,
    attributes: {
      'process.exit.code': 3,
      'error.type': 'exit-status',
      'receptor.unit.state': 'Failed',
    },
  });
  const secret = attributesOf({ state: UnitState.Failed, detail: 'fork/exec a-secret: none' });
  expect(secret).toMatchObject({ failed: true, attributes: { 'error.type': '_OTHER' } });
  expect(JSON.stringify(secret)).not.toContain('a-secret');
  expect(attributesOf({ state: UnitState.Running }, true)?.attributes).toMatchObject({
    'receptor.unit.state': 'Released',
  });
});

it('knows the steps by the status', () => {
  const pending = { state: UnitState.Pending, detail: 'Unit Created' };
  expect(stepsReached(status(pending))).toEqual([]);
  expect(stepsReached(status({ ...pending, detail: 'Launching command runner' }))).toEqual([
    'stdin-stored',
    'launched',
  ]);
  expect(stepsReached(status({ ...pending, detail: 'Queued' }))).toEqual([
    'stdin-stored',
    'queued',
  ]);
  expect(stepsReached(status({ state: UnitState.Running }))).toEqual(['stdin-stored', 'running']);
  expect(stepsReached(remote({ ...pending, detail: 'Starting Worker' }))).toEqual([
    'stdin-stored',
    'node-reached',
    'sent',
  ]);
  expect(stepsReached(status({ state: UnitState.Failed }))).toEqual(['ended']);
});
