import { expect, it } from 'vitest';
import { meshView } from './mesh-view.js';

const near = {
  NodeID: 'near',
  Connections: [{ NodeID: 'hop', Cost: 1 }],
  KnownConnectionCosts: {
    near: { hop: 1 },
    hop: { near: 1, far: 2.5 },
    far: { hop: 2.5 },
  },
  RoutingTable: { hop: 'hop', far: 'hop' },
  Advertisements: [
    { NodeID: 'far', Service: 'control', Time: '2026-01-02T03:04:05Z', ConnType: 1, Tags: null },
    {
      NodeID: 'far',
      Service: 'work',
      Time: '2026-01-02T03:04:06Z',
      ConnType: 1,
      Tags: null,
      WorkCommands: [{ WorkType: 'ansible-runner', Secure: true }],
    },
  ],
};

it('shows nodes that say nothing of themselves, and each link once', () => {
  const activity = {
    nodeId: 'near',
    uptimeMs: 1,
    links: [{ nodeId: 'hop', cost: 1, rttMs: 0.5, upSince: '2026-01-02T03:00:00Z' }],
    units: new Map(),
    unitsSubmitted: 0,
    unitsStarted: 0,
    unitsEnded: 0,
    unitsReleased: 0,
  };
  expect(meshView(near, new Map([['near', activity]]))).toEqual({
    hostname: 'near',
    nodes: [
      {
        hostname: 'far',
        advertisedAt: Date.parse('2026-01-02T03:04:06Z'),
        workTypes: ['ansible-runner'],
        isReachable: true,
        neighbours: 1,
      },
      { hostname: 'hop', workTypes: [], isReachable: true, neighbours: 2 },
      { hostname: 'near', workTypes: [], isReachable: true, neighbours: 1 },
    ],
    links: [
      { source: 'far', target: 'hop', cost: 2.5 },
      {
        source: 'hop',
        target: 'near',
        cost: 1,
        rttMs: 0.5,
        upSince: Date.parse('2026-01-02T03:00:00Z'),
      },
    ],
  });
});

it('a link that one of its ends has taken back is down', () => {
  const { KnownConnectionCosts } = near;
  const { links } = meshView({
    ...near,
    KnownConnectionCosts: { ...KnownConnectionCosts, hop: { near: 1 } },
    RoutingTable: { hop: 'hop' },
  });
  expect(links.map(({ source, target }) => [source, target])).toEqual([['hop', 'near']]);
});

it('what is behind a link that is down is not believed any more', () => {
  const { nodes, links } = meshView({ ...near, Connections: [], RoutingTable: {} });
  expect(links).toEqual([]);
  expect(nodes.map(({ hostname, isReachable }) => [hostname, isReachable])).toEqual([
    ['far', false],
    ['near', true],
  ]);
});

it('tells of a link between two others what one of its ends says', () => {
  const said = { nodeId: 'hop', cost: 2.5, rttMs: 7, upSince: '2026-01-02T03:00:00Z' };
  const none = { unitsSubmitted: 0, unitsStarted: 0, unitsEnded: 0, unitsReleased: 0 };
  const far = { nodeId: 'far', uptimeMs: 1, links: [said], units: new Map(), ...none };
  const { links } = meshView(near, new Map([['far', far]]));
  expect(links).toEqual([
    {
      ...{ source: 'far', target: 'hop', cost: 2.5, rttMs: 7 },
      upSince: Date.parse('2026-01-02T03:00:00Z'),
    },
    { source: 'hop', target: 'near', cost: 1 },
  ]);
});
