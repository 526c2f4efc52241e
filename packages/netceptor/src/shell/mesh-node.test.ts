import { afterEach, describe, expect, it } from 'vitest';
import { encodeRoutingUpdate } from '../wire/routing-update.js';
import { MeshNode, type LinkReceiver } from './mesh-node.js';

const nodes: MeshNode[] = [];
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
});

function node(nodeId: string): MeshNode {
  const made = new MeshNode({ nodeId });
  nodes.push(made);
  return made;
}

/** Links the node to a peer that names itself and then says nothing; returns what it is sent. */
function mutePeer(to: MeshNode, nodeId: string): { readonly sent: Buffer[] } {
  const sent: Buffer[] = [];
  const receiver: LinkReceiver = to.attachLink({
    description: 'mute',
    sendControl: (message) => void sent.push(message),
    sendData: (chunk, start, end) => void sent.push(chunk.subarray(start, end)),
    reserve: () => undefined,
    commit: () => undefined,
    close: () => receiver.closed('closed'),
  });
  const hello = encodeRoutingUpdate({
    nodeId,
    updateId: 'x',
    epoch: 1n,
    sequence: 1n,
    connections: new Map(),
    forwardingNode: nodeId,
    suspectedDuplicate: 0n,
  });
  receiver.message(hello, 0, hello.length);
  return { sent };
}

describe('a node', () => {
  it('pings itself, by name and as localhost', async () => {
    const a = node('a');
    for (const target of ['a', 'localhost', 'LOCALHOST']) {
      const { from, timeNs } = await a.ping(target);
      expect(from).toBe('a');
      expect(timeNs).toBeGreaterThan(0n);
    }
  });

  it('says at once that a node is not known', async () => {
    await expect(node('a').ping('b')).rejects.toMatchObject({
      code: 'no-route',
      message: 'no route to node',
    });
  });

  it('gives a ping up at its deadline, its signal, and its own end', async () => {
    const a = node('a');
    mutePeer(a, 'b');
    await expect(a.ping('b', { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'timeout',
    });
    const stop = new AbortController();
    const canceled = expect(a.ping('b', { signal: stop.signal })).rejects.toMatchObject({
      code: 'canceled',
      message: 'user cancelled',
    });
    stop.abort();
    await canceled;
    const ended = expect(a.ping('b')).rejects.toMatchObject({
      code: 'shutdown',
      message: 'netceptor shutdown',
    });
    await a.close();
    await ended;
    await expect(a.ping('b')).rejects.toMatchObject({ code: 'shutdown' });
  });

  it('ends a traceroute with the error of the step that failed', async () => {
    const a = node('a');
    mutePeer(a, 'b');
    const hops = [];
    for await (const { from, error } of a.traceroute('b', { timeoutMs: 5 })) {
      hops.push([from, error?.code]);
    }
    expect(hops).toEqual([
      ['a', undefined],
      ['', 'timeout'],
    ]);
  });

  it('waits until a node is reachable', async () => {
    const a = node('a');
    await a.reachable('a');
    await a.reachable('localhost');
    const reached = a.reachable('b');
    mutePeer(a, 'b');
    await reached;
    expect(a.isReachable('b')).toBe(true);
    await a.reachable('b', { timeoutMs: 0 });
  });

  it('says why a node does not become reachable, if it knows', async () => {
    const a = node('a');
    for (let link = 1; link <= 5; link++) a.linkFailed({ link: `tcp ${link}`, reason: 'refused' });
    await expect(a.reachable('b', { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'timeout',
      message:
        'no route to b within 1 ms; tcp 2: refused; tcp 3: refused; tcp 4: refused; tcp 5: refused',
      hint: expect.stringContaining('no links') as unknown,
    });
    const stop = new AbortController();
    const canceled = expect(a.reachable('b', { signal: stop.signal })).rejects.toMatchObject({
      code: 'canceled',
    });
    stop.abort();
    await canceled;
    await expect(a.reachable('b', { signal: stop.signal })).rejects.toMatchObject({
      code: 'canceled',
    });
    const ended = expect(a.reachable('b')).rejects.toMatchObject({ code: 'shutdown' });
    await a.close();
    await ended;
    await expect(a.reachable('b')).rejects.toMatchObject({ code: 'shutdown' });
  });

  it('has a hint for who sends where no route leads', () => {
    const socket = node('a').openDatagram();
    expect(() => socket.send('b', 'x', Buffer.alloc(1))).toThrow(
      expect.objectContaining({
        code: 'no-route',
        message: 'no route to node',
        hint: expect.stringContaining('node.reachable') as unknown,
      }),
    );
  });

  it('begins a traceroute at this node, whether there is a route or not', async () => {
    const a = node('a');
    const hops = [];
    for await (const { from, error } of a.traceroute('unknown')) hops.push([from, error?.code]);
    expect(hops).toEqual([
      ['a', undefined],
      ['a', 'no-route'],
    ]);
  });

  it('gives each service name to one socket', () => {
    const a = node('a');
    const socket = a.openDatagram('svc');
    for (const name of ['svc', 'ping', 'unreach']) {
      expect(() => a.openDatagram(name)).toThrow(
        expect.objectContaining({ code: 'service-in-use' }),
      );
    }
    for (const name of ['', 'ninechars', 'a\0']) {
      expect(() => a.openDatagram(name)).toThrow(
        expect.objectContaining({ code: 'invalid-service-name' }),
      );
    }
    socket.close();
    a.openDatagram('svc');
    expect(a.openDatagram().service).toMatch(/^\w{8}$/);
  });

  it('lists what it advertises, with the time of the question', () => {
    const a = node('a');
    const advertisement = a.advertise('control', {
      connectionType: 1,
      tags: { type: 'Control Service' },
      workCommands: [{ workType: 'cat', secure: false }],
    });
    expect(a.status().advertisements).toMatchObject([
      { nodeId: 'a', service: 'control', connectionType: 1, workCommands: [{ workType: 'cat' }] },
    ]);
    advertisement.update({ connectionType: 1, tags: null });
    expect(a.status().advertisements).toMatchObject([{ tags: null, workCommands: null }]);
    advertisement.withdraw();
    expect(a.status().advertisements).toEqual([]);
  });

  it.each(['', 'localhost', 'x'.repeat(1025)])('has an ID, not %j', (nodeId) => {
    expect(() => new MeshNode({ nodeId })).toThrow(
      expect.objectContaining({ code: 'invalid-node-id' }),
    );
  });
});
