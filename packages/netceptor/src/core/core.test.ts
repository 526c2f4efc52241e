import { describe, expect, it } from 'vitest';
import { decodeRoutingUpdate, encodeRoutingUpdate } from '../wire/routing-update.js';
import { SimulatedMesh, type SimulatedNode } from '@receptorjs/netceptor-simulator';
import type { UnreachableNotice } from './data/unreachable-notice.js';

/** Opens a service that keeps what it gets. */
function inbox(
  node: SimulatedNode,
  service?: string,
): {
  service: string;
  received: { text: string; from: string; service: string }[];
  notices: UnreachableNotice[];
} {
  const received: { text: string; from: string; service: string }[] = [];
  const notices: UnreachableNotice[] = [];
  const name = node.core.dataPlane.open(service, {
    receive: (payload, from, fromService) =>
      received.push({ text: payload.toString(), from, service: fromService }),
    unreachable: (notice) => notices.push(notice),
  });
  return { service: name, received, notices };
}

const send = (
  node: SimulatedNode,
  from: string,
  to: string,
  service: string,
  text = '',
  hops?: number,
): void => node.core.dataPlane.send(from, to, service, Buffer.from(text), hops);

function line(mesh: SimulatedMesh, ...ids: string[]): SimulatedNode[] {
  const nodes = ids.map((id) => mesh.add(id));
  nodes.forEach((node, at) => {
    const next = nodes[at + 1];
    if (next !== undefined) mesh.link(node, next);
  });
  return nodes;
}

describe('links', () => {
  it('are established by the first update from each end', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = line(mesh, 'a', 'b');
    mesh.run(10);
    expect(a?.events).toContainEqual({ type: 'link-up', nodeId: 'b', cost: 1 });
    expect(b?.core.status().connections).toMatchObject([{ nodeId: 'a', cost: 1 }]);
  });

  it('say hello ten times, a second apart, then give up', () => {
    const mesh = new SimulatedMesh();
    const a = mesh.add('a');
    const sent: { at: number; text: string }[] = [];
    let closedAt = -1;
    a.core.addLink(
      0,
      {
        description: 'deaf',
        sendControl: (message) => sent.push({ at: mesh.now, text: message.toString('utf8', 1) }),
        sendData: () => undefined,
        reserve: () => undefined,
        commit: () => undefined,
        close: () => (closedAt = mesh.now),
      },
      {},
    );
    mesh.run(60_000);
    expect(sent.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((s) => s * 1000));
    expect(closedAt).toBe(10_000);
    expect(new Set(sent.map(({ text }) => decodeRoutingUpdate(text).updateId)).size).toBe(10);
  });

  it.each([
    ['its own ID', { id: 'a' }, {}, 'uses the ID'],
    ['an ID that is not allowed', { id: 'b' }, { allowedPeers: ['c'] }, 'not in the allowed peers'],
  ])('refuse a peer with %s', (_what, { id }, options, reason) => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add(id)];
    const messages: Buffer[] = [];
    mesh.link(a, b, { ...options, optionsOfB: {}, onMessage: (message) => messages.push(message) });
    mesh.run(100);
    expect(a.core.status().connections).toEqual([]);
    expect(a.lines.join('\n')).toContain(reason);
    const rejects = messages.map(String).filter((message) => message.startsWith('\x03["'));
    expect(rejects.join('')).toContain(reason);
    expect(b.lines.join('\n')).toMatch(new RegExp(`rejected( the link)?: .*${reason}`));
  });

  it('refuse a second link with the same node', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    const first = mesh.link(a, b);
    mesh.run(200);
    const before = first.messages;
    mesh.link(a, b);
    mesh.run(10);
    expect(a.lines.join('\n')).toContain('a link with that node already');
    expect(a.core.isReachable('b')).toBe(true);
    // A peer that is no longer there shows it when something arrives: a machine that was started anew resets the connection.
    expect(first.messages).toBeGreaterThan(before);
  });

  it('are kept when a second one came and went before the first could answer', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    mesh.link(a, b, { latencyMs: 3000 });
    // The answer to one question has come, and that to the next comes in 4.5 s.
    mesh.run(9500);
    const second = mesh.link(a, b);
    mesh.run(100);
    second.cut();
    mesh.run(20_000);
    expect(a.events.filter(({ type }) => type === 'link-down')).toEqual([]);
    expect(a.core.isReachable('b')).toBe(true);
  });

  it('end when the two ends have different costs', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    mesh.link(a, b, { cost: 1, optionsOfB: { cost: 2 } });
    mesh.run(1000);
    expect([...a.lines, ...b.lines].join('\n')).toContain('and this node');
    expect(a.core.status().connections).toEqual([]);
    expect(a.core.isReachable('b')).toBe(false);
  });

  it('end when the peer no longer lists this node', () => {
    const mesh = new SimulatedMesh();
    const a = mesh.add('a');
    const sent: Buffer[] = [];
    const session = a.core.addLink(
      0,
      {
        description: 'peer',
        sendControl: (message) => sent.push(message),
        sendData: () => undefined,
        reserve: () => undefined,
        commit: () => undefined,
        close: () => undefined,
      },
      {},
    );
    const update = (
      sequence: bigint,
      connections: Map<string, number>,
      forwardingNode = 'b',
    ): void => {
      const message = encodeRoutingUpdate({
        nodeId: 'b',
        updateId: `id${sequence}`,
        epoch: 1n,
        sequence,
        connections,
        forwardingNode,
        suspectedDuplicate: 0n,
      });
      session.handleMessage(mesh.now, message, 0, message.length);
    };
    update(1n, new Map());
    update(2n, new Map());
    expect(session.closed).toBe(false);
    update(3n, new Map([['a', 1]]));
    expect(session.closed).toBe(false);
    // A hello that was overtaken on its way.
    update(2n, new Map());
    expect(session.closed).toBe(false);
    update(4n, new Map());
    expect(session.closed).toBe(true);
    expect(sent.at(-1)?.toString()).toBe('\x03["it no longer lists this node"]');
  });

  it('end 21 s after the last message, and a second for what lies unread', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    const link = mesh.link(a, b);
    mesh.run(10);
    link.freeze();
    mesh.run(20_900);
    expect(a.core.isReachable('b')).toBe(true);
    mesh.run(2_000);
    expect(a.core.isReachable('b')).toBe(false);
    expect(a.events).toContainEqual({
      type: 'link-down',
      nodeId: 'b',
      reason: 'nothing was received for 21 s',
    });
  });

  it('are kept when the process stood still while messages waited to be read', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    mesh.link(a, b);
    mesh.run(10);
    // The clock jumps as if the process had been stopped; only then is what has come in the meantime read.
    mesh.skip(120_000);
    a.core.handleTimeout(mesh.now);
    mesh.run(500);
    expect(a.core.isReachable('b')).toBe(true);
    expect(b.core.isReachable('a')).toBe(true);
  });

  it('take no costs that are none', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    for (const cost of [0, -1, Number.NaN, Infinity]) {
      expect(() => mesh.link(a, b, { cost })).toThrow(
        expect.objectContaining({ code: 'invalid-cost' }),
      );
    }
  });
});

describe('routes', () => {
  it('lead through the whole mesh and follow cost', () => {
    const mesh = new SimulatedMesh();
    const [a, b, c, d] = [mesh.add('a'), mesh.add('b'), mesh.add('c'), mesh.add('d')];
    mesh.link(a, b, { cost: 1 });
    mesh.link(b, d, { cost: 5 });
    mesh.link(a, c, { cost: 2 });
    const cheap = mesh.link(c, d, { cost: 1 });
    mesh.run(1000);
    expect(a.core.status().routingTable).toEqual({ b: 'b', c: 'c', d: 'c' });
    expect(a.core.costTo('d')).toBe(3);
    cheap.cut();
    mesh.run(1000);
    expect(a.core.status().routingTable).toEqual({ b: 'b', c: 'c', d: 'b' });
    expect(a.core.costTo('d')).toBe(6);
  });

  it('show nodes that come and go', () => {
    const mesh = new SimulatedMesh();
    const [a, , c] = line(mesh, 'a', 'b', 'c');
    mesh.run(1000);
    expect(a?.events).toContainEqual({ type: 'route', nodeId: 'c', via: 'b' });
    const d = mesh.add('d');
    const link = mesh.link(c!, d);
    mesh.run(1000);
    expect(a?.events).toContainEqual({ type: 'route', nodeId: 'd', via: 'b' });
    link.cut();
    mesh.run(1000);
    expect(a?.events.filter((e) => e.type === 'route' && e.nodeId === 'd').at(-1)).toEqual({
      type: 'route',
      nodeId: 'd',
      via: undefined,
    });
  });

  it('are computed once for many updates that come together', () => {
    const mesh = new SimulatedMesh();
    const hub = mesh.add('hub');
    for (let at = 0; at < 60; at++) mesh.link(hub, mesh.add(`n${at}`), { latencyMs: 1 + at / 10 });
    mesh.run(1000);
    expect(Object.keys(hub.core.status().routingTable)).toHaveLength(60);
    const far = mesh.add('far');
    mesh.link(far, mesh.add('n60'));
    mesh.link(far, hub);
    mesh.run(1000);
    expect(far.events.filter((e) => e.type === 'routes-changed').length).toBeLessThan(10);
    expect(Object.keys(far.core.status().routingTable)).toHaveLength(62);
  });

  it('reach a newcomer at once, though no node has changed', () => {
    const mesh = new SimulatedMesh();
    const [, , c] = line(mesh, 'a', 'b', 'c');
    mesh.run(5000);
    const d = mesh.add('d');
    mesh.link(c!, d);
    mesh.run(50);
    expect(d.core.status().routingTable).toEqual({ a: 'c', b: 'c', c: 'c' });
  });

  it('forget a node an hour after it was last heard of, when it was there for as long', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    const link = mesh.link(a, b);
    mesh.run(3_600_000);
    link.cut();
    mesh.run(3_000_000);
    expect(a.core.status().knownConnectionCosts).toEqual({ b: {} });
    mesh.run(1_000_000);
    expect(a.core.status().knownConnectionCosts).toEqual({});
  });
});

describe('node IDs used twice', () => {
  it('leave the node that was there first, and ask the other to go', () => {
    const mesh = new SimulatedMesh();
    const [, hop] = line(mesh, 'a', 'hop', 'x');
    const first = mesh.add('twin');
    mesh.link(first, hop!);
    mesh.run(20_000);
    const far = mesh.add('far');
    mesh.link(far, hop!);
    const second = mesh.add('twin');
    mesh.link(second, far);
    mesh.run(20_000);
    expect(second.events).toContainEqual({ type: 'duplicate-node' });
    expect(first.events).not.toContainEqual({ type: 'duplicate-node' });
  });

  it('leave the first one its routes when the other does not go: its link is given up, and again', () => {
    const mesh = new SimulatedMesh();
    const [first, , far] = line(mesh, 'twin', 'hop', 'far');
    mesh.run(20_000);
    const second = mesh.add('twin');
    mesh.link(second, far!, { redialMs: 500 });
    for (let at = 0; at < 60; at++) {
      mesh.run(500);
      expect(far!.core.nextHopTo('twin')).toBe('hop');
    }
    expect(far!.lines.join('\n')).toContain(
      'Rejected the link with node twin because another node with its ID was there before it',
    );
    expect(first?.core.isReachable('far')).toBe(true);
  });

  it('leave the first one its routes when two others come one soon after the other', () => {
    const mesh = new SimulatedMesh();
    const [first, hop] = line(mesh, 'twin', 'hop', 'far');
    const watchers = ['x', 'y'].map((id) => mesh.add(id));
    for (const watcher of watchers) mesh.link(watcher, hop!);
    mesh.run(20_000);
    const others = watchers.map((watcher) => {
      const other = mesh.add('twin');
      mesh.link(other, watcher);
      mesh.run(300);
      // The first gets its objection at once; the second comes while the objection to it is not a second old.
      if (watcher === watchers[0]) mesh.stop(other);
      return other;
    });
    for (let at = 0; at < 100; at++) {
      mesh.run(100);
      for (const watcher of watchers) expect(watcher.core.nextHopTo('twin')).toBe('hop');
    }
    for (const { events } of others) expect(events).toContainEqual({ type: 'duplicate-node' });
    expect(first?.events).not.toContainEqual({ type: 'duplicate-node' });
    expect(watchers[0]?.events.map(({ type }) => type)).not.toContain('node-restarted');
  });

  it('are no duplicates when the node was started anew, which is an event', () => {
    const mesh = new SimulatedMesh();
    const [a, hop] = line(mesh, 'a', 'hop');
    const before = mesh.add('b');
    const link = mesh.link(before, hop!);
    mesh.run(20_000);
    mesh.stop(before);
    link.cut();
    mesh.run(2_000);
    const after = mesh.add('b');
    mesh.link(after, hop!);
    mesh.run(2_000);
    expect(a?.events.filter((e) => e.type === 'node-restarted')).toEqual([
      { type: 'node-restarted', nodeId: 'b' },
    ]);
    expect(after.events).not.toContainEqual({ type: 'duplicate-node' });
    expect(a?.core.isReachable('b')).toBe(true);
  });
});

describe('services', () => {
  const advertised = (node: SimulatedNode): string[] =>
    node.core.status().advertisements.map((ad) => `${ad.nodeId}:${ad.service}`);

  it('are known everywhere once advertised, and nowhere once withdrawn, in a mesh with a ring', () => {
    const mesh = new SimulatedMesh();
    const [a, b, c] = [mesh.add('a'), mesh.add('b'), mesh.add('c')];
    const links = [mesh.link(a, b), mesh.link(b, c), mesh.link(c, a)];
    mesh.run(1000);
    a.core.advertisements.advertise(mesh.now, 'control', {
      connectionType: 1,
      tags: { type: 'x' },
    });
    mesh.run(1000);
    expect(advertised(b)).toEqual(['a:control']);
    expect(advertised(c)).toEqual(['a:control']);
    a.core.advertisements.withdraw('control');
    const before = links.reduce((sum, { messages }) => sum + messages, 0);
    mesh.run(1000);
    expect(advertised(b)).toEqual([]);
    expect(advertised(c)).toEqual([]);
    const after = links.reduce((sum, { messages }) => sum + messages, 0);
    expect(after - before).toBeLessThan(10);
  });

  it('are sent to a newcomer at once', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = line(mesh, 'a', 'b');
    a!.core.advertisements.advertise(0, 'control', { connectionType: 1, tags: null });
    mesh.run(10_000);
    const c = mesh.add('c');
    mesh.link(b!, c);
    mesh.run(10);
    expect(advertised(c)).toEqual(['a:control']);
  });

  it('expire when they are not renewed', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    const link = mesh.link(a, b);
    a.core.advertisements.advertise(0, 'control', { connectionType: 1, tags: null });
    mesh.run(150_000);
    expect(advertised(b)).toEqual(['a:control']);
    link.cut();
    mesh.run(100_000);
    expect(advertised(b)).toEqual(['a:control']);
    mesh.run(200_000);
    expect(advertised(b)).toEqual([]);
    expect(b.events.at(-1)).toMatchObject({ type: 'advertisement', withdrawn: true });
  });
});

describe('data', () => {
  it('reaches a service over hops, with sender and content', () => {
    const mesh = new SimulatedMesh();
    const [a, , c] = line(mesh, 'a', 'b', 'c');
    mesh.run(1000);
    const target = inbox(c!, 'inbox');
    const source = inbox(a!);
    send(a!, source.service, 'c', 'inbox', 'hello');
    mesh.run(10);
    expect(target.received).toEqual([{ text: 'hello', from: 'a', service: source.service }]);
  });

  it('reaches the own node as localhost in any case, its sender included', () => {
    const mesh = new SimulatedMesh();
    const a = mesh.add('a');
    const source = inbox(a);
    send(a, source.service, 'LocalHost', source.service, 'me');
    expect(source.received).toEqual([{ text: 'me', from: 'a', service: source.service }]);
    send(a, source.service, 'localhost', 'ping');
    expect(source.received.at(-1)).toEqual({ text: '', from: 'a', service: 'ping' });
    expect(() => send(a, source.service, 'a', 'nosuch')).toThrow('service unknown');
  });

  it.each([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ])('with %i hops gets as far as %s', (hops, reporter) => {
    const mesh = new SimulatedMesh();
    const [a] = line(mesh, 'a', 'b', 'c', 'd');
    mesh.run(1000);
    const source = inbox(a!);
    send(a!, source.service, 'd', 'ping', '', hops);
    mesh.run(10);
    expect(source.notices).toEqual([
      { problem: 'message expired', reportedBy: reporter, toNode: 'd', toService: 'ping' },
    ]);
    send(a!, source.service, 'd', 'ping', '', 3);
    mesh.run(10);
    expect(source.received).toEqual([{ text: '', from: 'd', service: 'ping' }]);
  });

  it('for an unknown service or node is reported, and a report is never answered', () => {
    const mesh = new SimulatedMesh();
    const [a, b, c] = line(mesh, 'a', 'b', 'c');
    mesh.run(1000);
    const source = inbox(a!);
    send(a!, source.service, 'c', 'nosuch');
    mesh.run(10);
    expect(source.notices).toEqual([
      { problem: 'service unknown', reportedBy: 'c', toNode: 'c', toService: 'nosuch' },
    ]);
    expect(() => send(a!, source.service, 'nowhere', 'x')).toThrow('no route to node');
    send(c!, 'unreach', 'a', 'nosuch');
    mesh.run(10);
    expect(b!.lines.filter((text) => text.includes('unreach'))).toEqual([]);
    expect(source.notices).toHaveLength(1);
  });

  it('does not circle for ever', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = line(mesh, 'a', 'b');
    mesh.run(1000);
    const source = inbox(a!);
    expect(() => send(a!, source.service, 'b', 'x', 'y'.repeat(16_385))).toThrow(
      expect.objectContaining({ code: 'message-too-long' }),
    );
    expect(b!.core.dueAt).toBeGreaterThan(mesh.now);
  });

  it('D3: of any content ends with a log line, never with an exception', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    mesh.link(a, b);
    mesh.run(1000);
    const session = b.core.addLink(
      mesh.now,
      {
        description: 'rogue',
        sendControl: () => undefined,
        sendData: () => undefined,
        reserve: () => undefined,
        commit: () => undefined,
        close: () => undefined,
      },
      {},
    );
    const hello = encodeRoutingUpdate({
      nodeId: 'r',
      updateId: 'x',
      epoch: 1n,
      sequence: 1n,
      connections: new Map(),
      forwardingNode: 'r',
      suspectedDuplicate: 0n,
    });
    session.handleMessage(mesh.now, hello, 0, hello.length);
    const bad = [
      '',
      '\x00',
      `\x00${'z'.repeat(34)}`,
      '\x01',
      '\x01null',
      '\x01[]',
      '\x01{"NodeID":5}',
      '\x02{}',
      '\x02{"Time":"x"}',
      '\x01{"NodeID":"q","UpdateEpoch":-1}',
      '\x01{"NodeID":"q","UpdateEpoch":99999999999999999999999}',
      '\x01{"NodeID":"q","Connections":{"r":0}}',
      '\x01{"NodeID":"q","Connections":{"r":1e999}}',
      '\x04x',
      '\xff',
      `\x01${'['.repeat(60_000)}`,
    ];
    for (const text of bad) {
      const message = Buffer.from(text, 'latin1');
      session.handleMessage(mesh.now, message, 0, message.length);
    }
    mesh.run(100);
    expect(session.closed).toBe(false);
    expect(b.lines.filter((text) => /understood|unknown type/.test(text))).toHaveLength(bad.length);
    expect(b.core.isReachable('a')).toBe(true);
  });
});
