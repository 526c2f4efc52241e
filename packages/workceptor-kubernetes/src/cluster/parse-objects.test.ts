import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseEvents, parsePod, versionOf } from './parse-objects.js';
import { isUnexplained, podCourse } from '../pod/pod-course.js';

const pod = {
  apiVersion: 'v1',
  metadata: {
    name: 'p',
    namespace: 'jobs',
    uid: 'u',
    resourceVersion: '7',
    labels: { app: 'x', 'receptor.unit-id': 'abcdefgh' },
    managedFields: [{ manager: 'm', fieldsV1: {} }],
  },
  spec: {
    nodeName: 'n',
    initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always' }],
    containers: [{ name: 'worker', env: [{ name: 'A', value: 'secret' }] }],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null }],
    containerStatuses: [
      { name: 'worker', image: 'x', state: { running: { startedAt: 't' } }, lastState: {} },
    ],
  },
};

it('keeps of a pod what is read of it, and nothing else', () => {
  expect(parsePod(pod)).toEqual({
    metadata: {
      name: 'p',
      namespace: 'jobs',
      uid: 'u',
      resourceVersion: '7',
      labels: { 'receptor.unit-id': 'abcdefgh' },
    },
    spec: { nodeName: 'n', initContainers: [{ name: 'i', restartPolicy: 'Always' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { name: 'worker', state: { running: { startedAt: 't' } }, lastState: {} },
      ],
    },
  });
});

it.each([
  [undefined],
  [null],
  [[]],
  ['x'],
  [{}],
  [{ metadata: null }],
  [{ metadata: { name: 'p' } }],
])('%j is no pod', (value) => {
  expect(parsePod(value)).toBeUndefined();
});

it('leaves out what has another form than it should', () => {
  expect(
    parsePod({
      metadata: { name: 'p', uid: 'u', labels: null, deletionTimestamp: 5 },
      spec: { nodeName: [], initContainers: { name: 'x' } },
      status: {
        phase: 4,
        conditions: [null, 'x'],
        containerStatuses: [
          null,
          { name: 'worker', state: { terminated: { exitCode: '3', reason: {} }, waiting: [] } },
        ],
        initContainerStatuses: 'none',
      },
    }),
  ).toEqual({
    metadata: { name: 'p', uid: 'u' },
    spec: {},
    status: {
      conditions: [{}, {}],
      containerStatuses: [{}, { name: 'worker', state: { terminated: {} } }],
    },
  });
});

it('is bounded in its texts and lists', () => {
  const long = 'x'.repeat(100_000);
  const parsed = parsePod({
    metadata: { name: 'p', uid: 'u' },
    status: { reason: long, conditions: Array.from({ length: 10_000 }, () => ({ message: long })) },
  });
  expect(JSON.stringify(parsed).length).toBeLessThan(250_000);
});

it('whatever a cluster sends, nothing throws', () => {
  const name = fc.constantFrom('worker', 'constructor', '__proto__', 'toString', 'i', '');
  const odd = fc.oneof(fc.jsonValue(), name, fc.constant(null));
  const state = fc.record(
    { waiting: odd, running: odd, terminated: fc.record({ exitCode: odd, reason: name }) },
    { requiredKeys: [] },
  );
  const status = fc.record({ name: odd, state: fc.oneof(state, odd), lastState: odd });
  const statuses = fc.oneof(fc.array(fc.oneof(status, odd)), odd);
  const any = fc.record({
    metadata: fc.oneof(odd, fc.constant({ name: 'p', uid: 'u', deletionTimestamp: 'x' })),
    spec: odd,
    status: fc.oneof(
      odd,
      fc.record({
        phase: fc.constantFrom('Failed', 'Pending', 5, null),
        reason: name,
        conditions: fc.oneof(odd, fc.array(odd)),
        containerStatuses: statuses,
        initContainerStatuses: statuses,
      }),
    ),
  });
  fc.assert(
    fc.property(any, odd, (value, items) => {
      const events = parseEvents({ items }, 'p');
      versionOf(value);
      const parsed = parsePod(value);
      if (parsed) isUnexplained(podCourse(parsed, events), parsed);
    }),
    { numRuns: 500 },
  );
});

it('events are those of the pod, the last one last', () => {
  const event = (reason: string, lastTimestamp: string | null, name?: string): object => ({
    reason,
    lastTimestamp,
    ...(name !== undefined && { involvedObject: { name } }),
  });
  const items = [
    event('second', '2026-01-02T00:00:02Z', 'p'),
    null,
    event('first', '2026-01-02T00:00:01Z'),
    event('other', '2026-01-02T00:00:09Z', 'q'),
    { ...event('third', null), eventTime: '2026-01-02T00:00:03.000001Z' },
  ];
  expect(parseEvents({ items }, 'p').map(({ reason }) => reason)).toEqual([
    undefined,
    'first',
    'second',
    'third',
  ]);
  for (const wrong of [null, {}, { items: null }, { items: { length: 3 } }, 'x']) {
    expect(parseEvents(wrong, 'p')).toEqual([]);
  }
});
