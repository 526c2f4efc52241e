import type { LinkActivity } from '@receptorjs/control-client';
import { reportedStatus, UnitState, type UnitEvent } from '@receptorjs/control-protocol';
import { describe, expect, it } from 'vitest';
import { topJson } from './top-json.js';
import { TopModel, type TopSample } from './top-model.js';

const status = (state: UnitState, bytes = 0) =>
  reportedStatus({
    state,
    detail: 'x',
    stdoutSize: BigInt(bytes),
    workType: 'sh',
    extraData: null,
  });
const event = (unitId: string, state: UnitState): UnitEvent => ({
  type: 'unit',
  unitId,
  status: status(state),
});

const link = (receivedBytes: number, upSince = '2026-01-01T00:00:00Z'): LinkActivity => ({
  nodeId: 'far',
  cost: 1,
  receivedBytes,
  sentBytes: 0,
  upSince,
});

function sample(
  at: number,
  {
    links = [],
    ended = 0,
    uptimeMs = at,
    bytes,
  }: Partial<{
    links: LinkActivity[];
    ended: number;
    uptimeMs: number;
    bytes: number;
  }> = {},
): TopSample {
  return {
    at,
    status: { NodeID: 'near', Version: '1.0', RoutingTable: { far: 'far' }, Connections: [] },
    activity: {
      nodeId: 'near',
      uptimeMs,
      links,
      units: new Map([['Running', 1]]),
      unitsSubmitted: 0,
      unitsStarted: 0,
      unitsEnded: ended,
      unitsReleased: 0,
    },
    statuses: bytes === undefined ? new Map() : new Map([['a', status(UnitState.Running, bytes)]]),
  };
}

describe('what top knows', () => {
  it('are rates between two looks, and none across a restart or another link', () => {
    const model = new TopModel();
    model.hear(event('a', UnitState.Running));
    expect(model.view()).toBeUndefined();
    const links = () => model.view()?.links.map(({ receivedRate }) => receivedRate);
    model.look(sample(1000, { links: [link(100)], bytes: 10 }), 0);
    expect(links()).toEqual([undefined]);
    expect(model.view()?.endedRate).toBeUndefined();
    model.look(sample(3000, { links: [link(300)], ended: 4, bytes: 30 }), 0);
    expect(links()).toEqual([100]);
    expect(model.view()).toMatchObject({ endedRate: 2, units: [{ unitId: 'a', stdoutRate: 10 }] });
    model.look(sample(4000, { links: [link(50, '2026-01-01T00:00:01Z')] }), 0);
    expect(links()).toEqual([undefined]);
    model.look(sample(5000, { ended: 4, uptimeMs: 10 }), 0);
    expect(model.view()?.endedRate).toBeUndefined();
  });

  it('are running units first, those that have changed last before others', () => {
    const model = new TopModel();
    for (const id of ['a', 'b', 'c', 'd']) model.hear(event(id, UnitState.Pending));
    model.hear(event('a', UnitState.Running));
    model.hear(event('c', UnitState.Running));
    model.hear(event('b', UnitState.Succeeded));
    model.look(sample(0), 0);
    expect(model.view()?.units.map(({ unitId }) => unitId)).toEqual(['c', 'a', 'd', 'b']);
    expect(model.running(1)).toEqual(['c']);
  });

  it('forgets after a reset what is not listed any more', () => {
    const model = new TopModel();
    for (const id of ['a', 'b']) model.hear(event(id, UnitState.Running));
    model.hear({ type: 'reset' });
    model.hear(event('b', UnitState.Failed));
    model.hear({ type: 'listed', cursor: 'e-1' });
    model.hear({ type: 'released', unitId: 'x' });
    model.look(sample(0), 0);
    expect(model.view()?.units.map(({ unitId }) => unitId)).toEqual(['b']);
  });

  it('does not go back to what was so before an event', () => {
    const model = new TopModel();
    model.hear(event('a', UnitState.Failed));
    model.look(sample(0, { bytes: 10 }), 0);
    expect(model.view()?.units[0]?.status.state).toBe(UnitState.Failed);
  });

  it('says since when the node is gone, until it is back', () => {
    const model = new TopModel();
    model.look(sample(0), 0);
    model.lost('no answer', 5);
    model.lost('no socket', 6);
    expect(model.view()?.disconnected).toEqual({ since: 5, reason: 'no answer' });
    model.look(sample(1), 7);
    expect(model.view()?.disconnected).toBeUndefined();
  });

  it('is told as JSON by the words of the protocol', () => {
    const model = new TopModel();
    model.hear(event('a', UnitState.Running));
    model.look(sample(1000, { links: [link(100)], bytes: 10 }), 0);
    model.look(sample(2000, { links: [link(300)], bytes: 30 }), 0);
    const view = model.view();
    expect(view && topJson(view)).toMatchObject({
      NodeID: 'near',
      Links: [{ NodeID: 'far', ReceivedBytes: 300, ReceivedBytesPerSecond: 200 }],
      Nodes: [{ NodeID: 'far', Via: 'far' }],
      RunningUnits: { a: { StateName: 'Running', StdoutBytesPerSecond: 20 } },
      StdoutBytesPerSecond: 20,
      Units: { Running: 1 },
      Uptime: 2_000_000_000,
    });
  });
});
