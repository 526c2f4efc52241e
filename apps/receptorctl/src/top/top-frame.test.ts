import { UnitState } from '@receptorjs/control-protocol';
import { describe, expect, it } from 'vitest';
import { cutLine } from '../output/cut-line.js';
import { topFrame } from './top-frame.js';
import type { TopView, UnitRow } from './top-view.js';

const at = new Date(2026, 0, 2, 3, 4, 5).getTime();

const unit = (unitId: string, state: UnitState, detail: string, rate?: number): UnitRow => ({
  unitId,
  status: { state, detail, stdoutSize: 2048n, workType: 'sh', extraData: null },
  stdoutRate: rate,
});

const view: TopView = {
  nodeId: 'near',
  version: '1.0',
  uptimeMs: 3_725_000,
  at,
  disconnected: undefined,
  links: [
    {
      nodeId: 'far',
      cost: 1,
      rttMs: 1.23456,
      receivedBytes: 4096,
      sentBytes: 10,
      receivedRate: 1024,
      sentRate: 0,
    },
  ],
  nodes: [
    { nodeId: 'far', via: 'far', links: 2 },
    { nodeId: 'farther', via: 'far', links: undefined },
  ],
  unitCounts: new Map([
    ['Running', 1],
    ['Failed', 2],
  ]),
  submittedRate: 1,
  startedRate: 1.25,
  endedRate: 0,
  units: [
    unit('u1', UnitState.Running, 'Running: PID 7', 2048),
    {
      unitId: 'u2',
      status: {
        state: UnitState.Failed,
        detail: 'exit\nstatus\u001b 3',
        stdoutSize: 0n,
        workType: 'remote',
        extraData: { RemoteNode: 'far', RemoteWorkType: 'cat' },
      },
      stdoutRate: undefined,
    },
  ],
};
const frame = (columns: number, rows: number, of: TopView = view): string[] =>
  topFrame(of, { columns, rows, colour: false });

describe('a frame', () => {
  it('has links, nodes, units and rates', () => {
    expect(frame(120, 24)).toEqual([
      'near  receptor 1.0  up 1 h 2 min  03:04:05',
      'Units: 1 running, 0 pending, 0 succeeded, 2 failed, 0 canceled',
      'Rates: 1.0 submitted/s, 1.3 started/s, 0.0 ended/s, stdout 2.0 KiB/s',
      '',
      'LINK  COST  ROUND TRIP  IN         OUT    RECEIVED  SENT',
      'far   1     1.23ms      1.0 KiB/s  0 B/s  4.0 KiB   10 B',
      '',
      'NODE     VIA     LINKS',
      'far      linked  2',
      'farther  far     -',
      '',
      'UNIT  STATE    OUTPUT   RATE       WORK TYPE  NODE  DETAIL',
      'u1    Running  2.0 KiB  2.0 KiB/s  sh         -     Running: PID 7',
      'u2    Failed   0 B      -          cat        far   exit status\\u001b 3',
    ]);
  });

  it.each([
    [80, 24],
    [40, 10],
    [10, 5],
    [1, 1],
    [0, 0],
  ])('is never larger than a terminal of %i columns and %i rows', (columns, rows) => {
    const many = {
      ...view,
      units: Array.from({ length: 300 }, (_, n) => unit(`u${n}`, UnitState.Running, 'x')),
      links: Array.from({ length: 30 }, () => view.links).flat(),
    };
    for (const lines of [frame(columns, rows), frame(columns, rows, many)]) {
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('shows units before links and nodes where there is little room, and says what is missing', () => {
    expect(frame(60, 7).slice(3)).toEqual([
      '',
      'UNIT  STATE    OUTPUT   RATE       WORK TYPE  NODE  DETAIL',
      'u1    Running  2.0 KiB  2.0 KiB/s  sh         -     Running:',
      'u2    Failed   0 B      -          cat        far   exit sta',
    ]);
    const units = Array.from({ length: 9 }, (_, n) => unit(`u${n}`, UnitState.Running, 'x'));
    expect(frame(60, 8, { ...view, units }).at(-1)).toBe('... 7 more');
  });

  it('says that the node is gone, and since when', () => {
    const disconnected = { since: at + 1000, reason: 'no answer' };
    expect(frame(120, 3, { ...view, disconnected })[0]).toBe(
      'near  disconnected since 03:04:06: no answer; as of 03:04:05',
    );
  });
});

it('a line is cut by what is seen of it', () => {
  expect(cutLine('\u001b[1mname\u001b[22m  x', 6)).toBe('\u001b[1mname\u001b[22m  \u001b[0m');
  expect(cutLine('\u001b[1mname\u001b[22m', 2)).toBe('\u001b[1mna\u001b[0m');
  expect(cutLine('äöü👋x', 4)).toBe('äöü👋');
});
