import { describe, expect, it } from 'vitest';
import { encodeServiceAdvertisement } from '../../wire/service-advertisement.js';
import type { NetceptorCore } from '../core.js';
import { NodeTable } from '../routing/node-table.js';
import type { LinkSession } from './link-session.js';
import { SimulatedMesh } from '@receptorjs/netceptor-simulator';
import { DATA_HEADER_BYTES, writeDataHeader } from '../../wire/data-header.js';
import { hashNodeId } from '../../wire/highway-hash.js';
import { MAX_MESSAGE_BYTES } from '../../wire/message-type.js';
import { encodeRoutingUpdate, type RoutingUpdate } from '../../wire/routing-update.js';

/** A node `a` with established links to `b` and `c`, and what it sends over each. */
function victim(): {
  readonly core: NetceptorCore;
  readonly link: LinkSession | undefined;
  /** Lets so many milliseconds pass. */
  readonly run: (milliseconds: number) => void;
  lines: readonly string[];
  sent: Readonly<Record<'b' | 'c', Buffer[]>>;
  /** Gives the node a message over the link to `b`. */
  readonly say: (message: Buffer) => void;
  /** The same over the link to `c`. */
  readonly sayOverC: (message: Buffer) => void;
} {
  const mesh = new SimulatedMesh();
  const { core, lines } = mesh.add('a');
  const sent: Record<'b' | 'c', Buffer[]> = { b: [], c: [] };
  const [b, c] = (['b', 'c'] as const).map((peer) => {
    const session = core.addLink(
      mesh.now,
      {
        description: peer,
        sendControl: (message) => sent[peer].push(message),
        sendData: (chunk, start, end) => sent[peer].push(chunk.subarray(start, end)),
        reserve: () => undefined,
        commit: () => undefined,
        close: () => undefined,
      },
      {},
    );
    const hello = encodeRoutingUpdate(updateOf(peer, []));
    session.handleMessage(mesh.now, hello, 0, hello.length);
    sent[peer].length = 0;
    return session;
  });
  sent.b.length = 0;
  return {
    core,
    link: b,
    run: (ms) => mesh.run(ms),
    lines,
    sent,
    say: (message) => b?.handleMessage(mesh.now, message, 0, message.length),
    sayOverC: (message) => c?.handleMessage(mesh.now, message, 0, message.length),
  };
}

const updateOf = (nodeId: string, links: readonly string[]): RoutingUpdate => ({
  nodeId,
  updateId: `${nodeId}-${links.length}`,
  epoch: 1n,
  sequence: BigInt(links.length + 1),
  connections: new Map(links.map((link) => [link, 1] as const)),
  forwardingNode: nodeId,
  suspectedDuplicate: 0n,
});

function ping(fromNode: string, fromService: string): Buffer {
  const message = Buffer.alloc(DATA_HEADER_BYTES);
  writeDataHeader(message, 0, {
    hopsToLive: 5,
    fromNode: hashNodeId(fromNode),
    toNode: hashNodeId('a'),
    fromService,
    toService: 'ping',
  });
  return message;
}

it('answers no ping that would answer the answer', () => {
  const { sent, say } = victim();
  say(ping('b', 'asker'));
  expect(sent.b).toHaveLength(1);
  for (const service of ['ping', 'unreach']) say(ping('b', service));
  expect(sent.b).toHaveLength(1);
});

it('takes nothing over a link that claims to come from itself', () => {
  const { sent, say } = victim();
  for (const service of ['ping', 'asker']) say(ping('a', service));
  expect(sent).toEqual({ b: [], c: [] });
});

it('does not hand on an update that has grown too long', () => {
  const { lines, sent, say } = victim();
  // Each `<` is one byte here, and six once it is written as Go writes it.
  const links = Array.from({ length: 60 }, (_, at) => `${at}${'<'.repeat(1000)}`);
  const json = encodeRoutingUpdate(updateOf('b', ['a', ...links]))
    .toString('utf8')
    .replaceAll('\\u003c', '<');
  expect(json.length).toBeLessThan(MAX_MESSAGE_BYTES);
  say(Buffer.from(json));
  expect(sent.c).toEqual([]);
  expect(lines.join('\n')).toContain('error: The routing update of b is too long to be sent');
});

it('reads text whose strings never end in no time', () => {
  const { lines, say } = victim();
  const endless = Buffer.from(`\x01{"NodeID":"${'\\"'.repeat(32_000)}`);
  // Ten seconds and more, and so this test's time-out, when each quote begins a search for the end.
  for (let count = 0; count < 20; count++) say(endless);
  expect(lines.filter((line) => line.includes("can't be understood"))).toHaveLength(20);
});

/** An advertisement of a node's service. */
const advertisementOf = (nodeId: string, service: string, tag = ''): Buffer =>
  encodeServiceAdvertisement({
    nodeId,
    service,
    time: '2026-01-02T03:04:05.678901234Z',
    connectionType: 1,
    tags: { tag },
    workCommands: null,
    cancel: false,
  });

describe('a peer that floods', () => {
  it('updates of nodes that do not exist loses its link; no other peer does', () => {
    const { core, link, lines, sent, say, run } = victim();
    let count = 0;
    for (; link?.closed === false && count < 1_000_000; count++) {
      say(encodeRoutingUpdate({ ...updateOf(`fake-${count}`, ['b']), forwardingNode: 'b' }));
    }
    expect(count).toBeLessThan(200_000);
    expect(lines.join('\n')).toContain('because it floods updates and advertisements');
    run(1000);
    expect(core.status().connections.map(({ nodeId }) => nodeId)).toEqual(['c']);
    expect(Object.keys(core.status().knownConnectionCosts).length).toBeLessThan(17_000);
    // What it got away with before is less than what a link takes at once.
    const bytes = sent.c.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(24_000_000);
    expect(lines.length).toBeLessThan(3000);
  });

  it('large updates is cut off by their bytes', () => {
    const { link, sent, say } = victim();
    const links = Array.from({ length: 2000 }, (_, at) => `neighbor-number-${at}`);
    let count = 0;
    for (; link?.closed === false && count < 10_000; count++) {
      say(encodeRoutingUpdate({ ...updateOf(`fake-${count}`, links), forwardingNode: 'b' }));
    }
    expect(count).toBeLessThan(400);
    expect(sent.c.length).toBeLessThan(100);
  });

  it('advertisements of a million services has a thousand; those of others stay', () => {
    const { core, link, say } = victim();
    say(advertisementOf('c', 'control'));
    let count = 0;
    for (; link?.closed === false && count < 1_000_000; count++) {
      say(advertisementOf('b', `s${count}`));
    }
    expect(count).toBeLessThan(100_000);
    const { advertisements } = core.status();
    expect(advertisements.filter(({ nodeId }) => nodeId === 'b').length).toBeLessThanOrEqual(1024);
    expect(advertisements.filter(({ nodeId }) => nodeId === 'c')).toHaveLength(1);
  });

  it('and pauses is listened to again', () => {
    const { core, lines, link, say, run } = victim();
    for (let count = 0; count < 6000; count++)
      say(advertisementOf('b', `s${count}`, 'x'.repeat(50)));
    expect(link?.closed).toBe(false);
    expect(lines.filter((line) => line.includes('sends more than this mesh needs'))).toHaveLength(
      1,
    );
    run(5000);
    say(advertisementOf('b', 'late'));
    expect(core.status().advertisements.map(({ service }) => service)).toContain('late');
  });
});

it('gives a neighbor room for some thousand nodes that are not in reach, the last that it names among them, for a minute', () => {
  const { core, link, say, run } = victim();
  const known = (): number => core.sizes.nodes;
  for (let at = 0; at < 20_000; at++) {
    say(encodeRoutingUpdate({ ...updateOf(`n-${at}`, ['x']), forwardingNode: 'b' }));
    if (at % 1000 === 0) run(1000);
  }
  // A thousand at once, and 100 a second.
  expect(known()).toBeGreaterThan(2900);
  expect(known()).toBeLessThan(3300);
  run(5000);
  const newcomer = { ...updateOf('newcomer', ['b']), forwardingNode: 'b' };
  say(encodeRoutingUpdate(newcomer));
  expect(core.status().knownConnectionCosts['newcomer']).toEqual({ b: 1 });
  say(encodeRoutingUpdate({ ...updateOf('b', ['a', 'newcomer']), sequence: 9n }));
  run(1000);
  expect(core.costTo('newcomer')).toBe(2);
  for (let at = 0; at < 5; at++) {
    say(encodeRoutingUpdate({ ...updateOf('b', ['a', 'newcomer']), sequence: BigInt(at + 10) }));
    run(12_000);
  }
  expect(link?.closed).toBe(false);
  expect(known()).toBe(3);
});

it('remembers a node that it loses as long as it had it, an hour at most', () => {
  const { core, say, run } = victim();
  const names = Array.from({ length: 100 }, (_, at) => `n-${at}`);
  let sequence = 2;
  const sendUpdate = (links: readonly string[]): void =>
    say(
      encodeRoutingUpdate({
        ...updateOf('b', links),
        updateId: `${sequence}`,
        sequence: BigInt(sequence++),
      }),
    );
  for (const name of names)
    say(encodeRoutingUpdate({ ...updateOf(name, ['b']), forwardingNode: 'b' }));
  for (let at = 0; at < 20; at++) {
    sendUpdate(['a', ...names]);
    run(10_000);
  }
  sendUpdate(['a']);
  run(10_000);
  expect(core.costTo('n-7')).toBeUndefined();
  const left = (): number =>
    names.filter((name) => core.status().knownConnectionCosts[name]).length;
  for (let at = 0; at < 21; at++) {
    sendUpdate(['a']);
    if (at === 1) expect(left()).toBe(100);
    run(10_000);
  }
  expect(left()).toBe(0);
});

it('gives a peer that comes again no new allowance, and does not take it at once after it was given up', () => {
  const mesh = new SimulatedMesh();
  const { core, lines } = mesh.add('a');
  let ended: string[] = [];
  const connect = (peer: string, origin: string): LinkSession => {
    const session = core.addLink(
      mesh.now,
      {
        description: peer,
        origin,
        sendControl: (message) => ended.push(message.toString()),
        sendData: () => undefined,
        reserve: () => undefined,
        commit: () => undefined,
        close: () => undefined,
      },
      {},
    );
    const hello = encodeRoutingUpdate(updateOf(peer, []));
    session.handleMessage(mesh.now, hello, 0, hello.length);
    return session;
  };
  let count = 0;
  const flood = (session: LinkSession, messages: number): number => {
    const before = core.sizes.advertisements;
    for (let at = 0; at < messages; at++) {
      const message = advertisementOf(`far-${count++}`, 's');
      session.handleMessage(mesh.now, message, 0, message.length);
    }
    return core.sizes.advertisements - before;
  };
  const first = connect('b', '192.0.2.1');
  expect(flood(first, 6000)).toBeLessThan(1600);
  first.handleClosed(mesh.now, 'gone');
  const second = connect('b', '192.0.2.1');
  expect(flood(second, 1000)).toBe(0);
  second.handleClosed(mesh.now, 'gone');
  // Who links under its ID from elsewhere spends nothing of what the real one has.
  const real = connect('b', '192.0.2.2');
  expect(flood(real, 1000)).toBe(1000);
  real.handleClosed(mesh.now, 'gone');
  // By its address, whatever it is called: 8 links' worth is for all that are behind it.
  let taken = 0;
  for (let at = 0; at < 20; at++) {
    const session = connect(`c${at}`, '192.0.2.1');
    taken += flood(session, 1400);
    session.handleClosed(mesh.now, 'gone');
  }
  expect(taken).toBeLessThan(8 * 1600);
  expect(taken).toBeGreaterThan(8 * 1200);
  expect(flood(connect('other', '192.0.2.9'), 100)).toBe(100);
  const third = connect('d', '192.0.2.3');
  flood(third, 100_000);
  expect(third.closed).toBe(true);
  ended = [];
  expect(connect('d', '192.0.2.3').closed).toBe(true);
  expect(ended.join('\n')).toContain(
    'it was given up for what it had sent; it may come again in 5 s',
  );
  // Another that is behind the same address, and one with the same name elsewhere: neither need be the one.
  expect(connect('e', '192.0.2.3').closed).toBe(false);
  expect(connect('d', '192.0.2.4').closed).toBe(false);
  mesh.run(6000);
  expect(connect('f', '192.0.2.3').closed).toBe(false);
  expect(lines.join('\n')).toContain('it floods updates');
});

it('gives no room to lists of links beyond measure', () => {
  const nodes = new NodeTable();
  const name = 'x'.repeat(1000);
  let taken = 0;
  for (let at = 0; at < 100; at++) {
    const record = nodes.add(`n${at}`, 0);
    const links = new Map(Array.from({ length: 1024 }, (_, i) => [`${name}${i}`, 1] as const));
    if (record !== undefined && nodes.connect(record, links)) taken++;
  }
  expect(taken).toBe(63);
  nodes.delete(new Set(['n0']));
  const last = nodes.add('last', 0);
  expect(last && nodes.connect(last, new Map([[name, 1]]))).toBe(true);
});

it('counts links with the shortest names for what they take, and takes fewer of a node in any case', () => {
  const nodes = new NodeTable();
  const links = new Map(Array.from({ length: 4096 }, (_, i) => [i.toString(36), 1] as const));
  const taken = Array.from({ length: 1000 }, (_, at) => nodes.add(`n${at}`, 0)).filter(
    (record) => record !== undefined && nodes.connect(record, links),
  );
  // All nodes of a mesh of 1,000 may be linked with each other; two million links are too many.
  expect(nodes.connections).toBeGreaterThan(1_000_000);
  expect(nodes.connections).toBeLessThan(2_000_000);
  expect(nodes.isScarce).toBe(true);
  const [first] = taken;
  expect(first && nodes.connect(first, new Map([...links].slice(1)))).toBe(true);
});

it('computes routes the less often the more links there are', () => {
  const { core, link, run, say } = victim();
  const names = Array.from({ length: 980 }, (_, i) => i.toString(36));
  const hops = Array.from({ length: 245 }, (_, at) => `n-${at}`);
  const linksOfB = (cost: number): Map<string, number> =>
    new Map([['a', 1], ['t', cost], ...hops.map((hop) => [hop, 1] as const)]);
  const sendUpdate = (sequence: number, cost: number): void => {
    const update = { ...updateOf('b', []), updateId: `${sequence}`, sequence: BigInt(sequence) };
    say(encodeRoutingUpdate({ ...update, connections: linksOfB(cost) }));
  };
  sendUpdate(2, 1);
  for (const name of names)
    say(encodeRoutingUpdate({ ...updateOf(name, []), forwardingNode: 'b' }));
  for (const hop of hops) {
    say(encodeRoutingUpdate({ ...updateOf(hop, ['b', ...names]), forwardingNode: 'b' }));
    run(100);
  }
  say(encodeRoutingUpdate({ ...updateOf('t', ['b']), forwardingNode: 'b' }));
  run(1000);
  let changes = 0;
  for (let at = 0; at < 100; at++) {
    const before = core.costTo('t');
    sendUpdate(at + 3, at + 1);
    run(20);
    if (core.costTo('t') !== before) changes++;
  }
  expect(link?.closed).toBe(false);
  // Every 120 ms with 240,000 links in reach, though something changes every 20.
  expect(changes).toBeGreaterThan(10);
  expect(changes).toBeLessThan(20);
});

it('nodes that are not in reach cost the routes nothing', () => {
  const { core, run, say } = victim();
  const names = Array.from({ length: 60 }, (_, i) => i.toString(36));
  for (let at = 0; at < 4000; at++)
    say(encodeRoutingUpdate({ ...updateOf(`n-${at}`, ['b', ...names]), forwardingNode: 'b' }));
  run(1000);
  const before = core.work;
  say(encodeRoutingUpdate({ ...updateOf('b', ['a', 't']), sequence: 3n }));
  say(encodeRoutingUpdate({ ...updateOf('t', ['b']), forwardingNode: 'b' }));
  run(100);
  expect(core.costTo('t')).toBe(2);
  expect(core.work - before).toBeLessThan(10_000);
});

describe('a peer that sends rubbish', () => {
  it.each<[string, Buffer]>([
    ['text that is no JSON', Buffer.from('\x01{"NodeID":')],
    ['text nested deeper than any stack', Buffer.from(`\x01{"NodeID":${'['.repeat(15_000)}`)],
    ['data without a header', Buffer.from([0, 1, 2])],
    ['probes that are none', Buffer.from([4, 9])],
    ['messages that are too long', Buffer.alloc(1_048_576, 1)],
  ])('loses its link after a hundred: %s', (_what, rubbish) => {
    const { link, lines, say, run } = victim();
    for (let count = 0; count < 100; count++) say(rubbish);
    expect(link?.closed).toBe(false);
    // One a second is allowed for.
    for (let count = 0; count < 15; count++) {
      run(1000);
      say(rubbish);
    }
    expect(link?.closed).toBe(false);
    say(rubbish);
    expect(link?.closed).toBe(true);
    expect(lines.join('\n')).toContain("because it keeps sending what can't be understood");
  });

  it('loses its link after a thousand messages of unknown types', () => {
    const { link, sent, say } = victim();
    for (let count = 0; count < 1000; count++) say(Buffer.from([5 + (count % 250), 1, 2, 3]));
    expect(link?.closed).toBe(false);
    say(Buffer.alloc(0));
    expect(link?.closed).toBe(true);
    expect(sent.b.at(-1)?.toString()).toContain('["it keeps sending');
  });

  it('is not blamed for what may come from behind it', () => {
    const { link, say } = victim();
    const negative = Buffer.from(
      encodeRoutingUpdate({ ...updateOf('far', ['x']), forwardingNode: 'b' })
        .toString()
        .replace('"x":1', '"x":-1'),
    );
    const report = Buffer.concat([ping('b', 'unreach'), Buffer.from('{"FromNode":')]);
    report.write('unreach\0', 28);
    for (let count = 0; count < 2000; count++) {
      say(negative);
      say(report);
      say(encodeRoutingUpdate({ ...updateOf('', []), forwardingNode: 'b' }));
    }
    expect(link?.closed).toBe(false);
  });
});

it('takes no update again that it had', () => {
  const { core, sent, say } = victim();
  const sendUpdate = (sequence: bigint, links: readonly string[], updateId: string): void =>
    say(
      encodeRoutingUpdate({ ...updateOf('far', links), sequence, updateId, forwardingNode: 'b' }),
    );
  sendUpdate(5n, ['b', 'x'], 'new');
  const flooded = sent.c.length;
  sendUpdate(5n, ['b'], 'same sequence');
  sendUpdate(4n, ['b'], 'older sequence');
  sendUpdate(6n, ['b'], 'new');
  expect(core.status().knownConnectionCosts['far']).toEqual({ b: 1, x: 1 });
  expect(sent.c).toHaveLength(flooded);
});

it('knows no node by a name that no node may have; lines of the log stay lines', () => {
  const { core, lines, sent, say, run } = victim();
  const names = ['__proto__', 'constructor', 'a b', 'ü'];
  const wrong = ['new\nline', '\0', 'x\0y', '\ud800', '\u2028', '\u007f', 'LocalHost', ''];
  const all = [...names, ...wrong];
  for (const [at, name] of all.entries()) {
    say(encodeRoutingUpdate({ ...updateOf(name, ['b']), updateId: `u${at}`, forwardingNode: 'b' }));
    const own = { ...updateOf('b', ['a', ...all]), updateId: `b${at}`, forwardingNode: 'b' };
    say(encodeRoutingUpdate({ ...own, sequence: BigInt(at + 20) }));
    say(advertisementOf(name, name.slice(0, 8)));
  }
  run(1000);
  const { knownConnectionCosts, routingTable, advertisements } = core.status();
  expect(Object.keys(knownConnectionCosts).sort()).toEqual([...names, 'b', 'c', 'a'].sort());
  // What a node says of its other links counts although some of its neighbors call themselves what no node may.
  expect(Object.keys(knownConnectionCosts['b'] ?? {}).sort()).toEqual(['a', ...names].sort());
  expect(Object.keys(routingTable).sort()).toEqual([...names, 'b', 'c'].sort());
  expect([...new Set(advertisements.map(({ nodeId }) => nodeId))].sort()).toEqual(names.sort());
  expect(lines.filter((line) => /[\n\0\u2028]/.test(line))).toEqual([]);
  expect(sent.c.some((message) => message.includes('"NodeID":"LocalHost"'))).toBe(false);
  say(encodeRoutingUpdate({ ...updateOf('b', ['a']), forwardingNode: 'new\nline' }));
  expect(lines.at(-1)).not.toMatch(/[\n]/);
});

it.each(['localhost', 'LOCALHOST', 'a\0b', '\0', 'two\nlines', '', 'x'.repeat(1025)])(
  'takes no peer that calls itself %j',
  (name) => {
    const mesh = new SimulatedMesh();
    const { core, lines } = mesh.add('a');
    const sent: Buffer[] = [];
    const session = core.addLink(
      mesh.now,
      {
        description: 'x',
        sendControl: (message) => sent.push(message),
        sendData: () => undefined,
        reserve: () => undefined,
        commit: () => undefined,
        close: () => undefined,
      },
      {},
    );
    const hello = encodeRoutingUpdate({ ...updateOf(name, []), updateId: 'hello' });
    session.handleMessage(mesh.now, hello, 0, hello.length);
    expect(session.closed).toBe(true);
    expect(session.wasEstablished).toBe(false);
    expect(sent.at(-1)?.toString()).toContain('its node ID is not valid');
    expect(lines.some((line) => line.includes('its node ID is not valid'))).toBe(true);
  },
);

it('a peer causes few lines by empty messages, however many it sends', () => {
  const { link, lines, say, run } = victim();
  const before = lines.length;
  for (let count = 0; link?.closed === false && count < 2000; count++) say(Buffer.alloc(0));
  expect(link?.closed).toBe(true);
  // Twenty at once, and that its link was given up for it.
  expect(lines.length - before).toBeLessThan(25);
  run(1000);
});

it('accepts no younger node under a known ID at once, however many seem to be younger', () => {
  const { core, say, run } = victim();
  const ghosts = Array.from({ length: 1100 }, (_, at) => `g${at}`);
  const names = [...ghosts, 'honest'];
  let sequence = 2;
  const sendUpdate = (nodeId: string, links: readonly string[], epoch = 1n): void =>
    say(
      encodeRoutingUpdate({
        ...updateOf(nodeId, links),
        epoch,
        sequence: BigInt(sequence),
        updateId: `${sequence++}`,
        forwardingNode: 'b',
      }),
    );
  sendUpdate('b', ['a', ...names]);
  for (const [at, name] of names.entries()) {
    if (at % 500 === 0) run(1000);
    sendUpdate(name, ['b']);
  }
  run(5000);
  expect(core.status().routingTable).toHaveProperty('honest');
  for (const name of ghosts) sendUpdate(name, ['b'], 2n);
  expect(core.sizes.quarantinedUpdates).toBe(768);
  sendUpdate('honest', [], 2n);
  expect(core.status().knownConnectionCosts['honest']).toEqual({ b: 1 });
  run(1000);
  expect(core.costTo('honest')).toBe(2);
});

it('finds room for others when one neighbor has filled the table with nodes in reach', () => {
  const { core, say, sayOverC, run, link } = victim();
  let sequence = 2;
  const update = (nodeId: string, links: readonly string[], forwardingNode: string): Buffer =>
    encodeRoutingUpdate({
      ...updateOf(nodeId, links),
      sequence: BigInt(sequence),
      updateId: `${sequence++}`,
      forwardingNode,
    });
  // hubs of a thousand each, which list each other
  const hubs = Array.from({ length: 17 }, (_, at) => `hub-${at}`);
  for (const hub of hubs) {
    const ghosts = Array.from({ length: 1000 }, (_, at) => `${hub}-${at}`);
    say(update('b', ['a', ...hubs], 'b'));
    say(update(hub, ['b', ...ghosts], 'b'));
    for (const [at, ghost] of ghosts.entries()) {
      if (at % 200 === 0) {
        run(2000);
        sayOverC(update('c', ['a'], 'c'));
      }
      say(update(ghost, [hub], 'b'));
    }
    run(1000);
  }
  expect(link?.closed).toBe(false);
  expect(core.sizes.nodes).toBe(16_384);
  expect(Object.keys(core.status().routingTable).length).toBeGreaterThan(16_000);
  // one behind the honest neighbor
  sayOverC(update('c', ['a', 'honest'], 'c'));
  sayOverC(update('honest', ['c'], 'c'));
  run(1000);
  expect(core.costTo('honest')).toBe(2);
  expect(core.sizes.nodes).toBeGreaterThan(16_300);
  // the ghosts come again, and take nothing from it
  for (let at = 0; at < 200; at++) {
    if (at % 20 === 0) run(200);
    say(update(`hub-16-${at + 800}`, ['hub-16'], 'b'));
  }
  run(1000);
  expect(core.costTo('honest')).toBe(2);
  expect(core.costTo('c')).toBe(1);
  expect(core.costTo('hub-0-0')).toBe(3);
  expect(core.sizes.nodes).toBe(16_384);
});

it('one peer that links over and over silences no line that others cause', () => {
  const mesh = new SimulatedMesh();
  const { core, lines } = mesh.add('a');
  const connect = (peer: string, origin: string): void => {
    const session = core.addLink(
      mesh.now,
      {
        description: peer,
        origin,
        sendControl: () => undefined,
        sendData: () => undefined,
        reserve: () => undefined,
        commit: () => undefined,
        close: () => undefined,
      },
      {},
    );
    const hello = encodeRoutingUpdate(updateOf(peer, []));
    session.handleMessage(mesh.now, hello, 0, hello.length);
    session.handleClosed(mesh.now, 'gone');
  };
  for (let at = 0; at < 3000; at++) connect(`n${at % 7}`, '192.0.2.1');
  expect(lines.length).toBeLessThanOrEqual(250);
  connect('other', '192.0.2.2');
  expect(lines.slice(-2)).toEqual([
    'info: Connection established with other',
    'warning: Connection with other ended: gone',
  ]);
  mesh.run(2000);
  connect('n1', '192.0.2.1');
  expect(lines.at(-2)).toContain('lines that were left out');
});
