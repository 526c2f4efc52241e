import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { MeshNode, type LinkOptions } from '@receptorjs/netceptor';
import { afterEach, describe, expect, it } from 'vitest';
import { describeFailures } from './conformance-failures.js';
import { describeStrangers } from './conformance-strangers.js';
import type { Relay } from './test-relay.js';

/** One end of a link, as a backend under test opens it. */
export interface BackendEnd {
  close(): Promise<void>;
}

/** A peer without a node behind it, which sends messages of its own making. */
export interface Speaker {
  send(message: Buffer): void;
  close(): void;
}

/** How the suite opens links over a backend, on the loopback interface. */
export interface BackendUnderTest {
  /** Whether messages are lost where the receiver is too slow, and nothing says that a peer is gone. */
  readonly isLossy: boolean;
  /** The longest message it can be made to carry, in bytes, its own framing aside. */
  readonly longest: number;
  /** Listens on a port, 0 for any; resolves with the port. */
  listen(
    node: MeshNode,
    port: number,
    options: LinkOptions,
  ): Promise<{ end: BackendEnd; port: number }>;
  /** Dials, with redial. */
  dial(node: MeshNode, port: number, options: LinkOptions): Promise<BackendEnd>;
  /** Puts a relay in front of a port. */
  relay(port: number): Promise<Relay>;
  /** Connects without a node. */
  speak(port: number): Promise<Speaker>;
  /** Sends bytes to the port that know nothing of the backend; resolves when they are sent. */
  sendGarbage(port: number, bytes: Buffer): Promise<void>;
}

/** Two linked nodes. */
export interface Pair {
  readonly a: MeshNode;
  readonly b: MeshNode;
  readonly listener: BackendEnd;
  readonly dialer: BackendEnd;
  /** Where `a` listens. */
  readonly port: number;
}

/** Makes nodes and pairs for one test; all are closed after it. */
export interface Ground {
  readonly node: (nodeId: string, maxIdleConnectionTimeoutMs?: number) => MeshNode;
  readonly pair: (listenOptions?: LinkOptions, dialOptions?: LinkOptions) => Promise<Pair>;
  /** Runs after the test, in front of the nodes' end. */
  readonly afterwards: (cleanup: () => Promise<void> | void) => void;
}

/** Resolves when the node has a route to `nodeId`. */
export async function routeTo(node: MeshNode, nodeId: string): Promise<void> {
  while (!node.isReachable(nodeId)) await once(node, 'route');
}

/** What every backend has to do; run by its test. */
export function backendConformance(name: string, backend: BackendUnderTest): void {
  describe(`${name} backend`, () => {
    const nodes: MeshNode[] = [];
    const cleanups: (() => Promise<void> | void)[] = [];
    const node = (nodeId: string, maxIdleConnectionTimeoutMs?: number): MeshNode => {
      const made = new MeshNode({
        nodeId,
        maxIdleConnectionTimeoutMs,
      });
      nodes.push(made);
      return made;
    };
    const pair = async (
      listenOptions: LinkOptions = {},
      dialOptions: LinkOptions = {},
    ): Promise<Pair> => {
      const [a, b] = [node('a'), node('b')];
      const { end: listener, port } = await backend.listen(a, 0, listenOptions);
      const dialer = await backend.dial(b, port, dialOptions);
      return { a, b, listener, dialer, port };
    };
    const ground: Ground = {
      node,
      pair,
      afterwards: (cleanup) => void cleanups.push(cleanup),
    };
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
      await Promise.all(nodes.splice(0).map((each) => each.close()));
    });

    describeLinks(backend, ground);
    describeFailures(backend, ground);
    describeStrangers(backend, ground);
  });
}

function describeLinks(backend: BackendUnderTest, { node, pair }: Ground): void {
  it('links two nodes, which then ping each other', async () => {
    const { a, b } = await pair();
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    expect((await a.ping('b')).from).toBe('b');
    expect((await b.ping('a')).from).toBe('a');
  });

  it('carries datagrams of every size unchanged and in order', async () => {
    const { a, b } = await pair();
    await routeTo(b, 'a');
    const inbox = a.openDatagram('inbox');
    const sender = b.openDatagram();
    const sizes = [0, 1, 2, 1199, 1200, 8191, 16_383, 16_384];
    const sent = sizes.map((size) => randomBytes(size));
    const received: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      inbox.on('message', (payload, fromNode, fromService) => {
        expect([fromNode, fromService]).toEqual(['b', sender.service]);
        received.push(payload);
        if (received.length === sent.length) resolve();
      });
    });
    for (const payload of sent) sender.send('a', 'inbox', payload);
    await all;
    expect(received.map((payload) => payload.length)).toEqual(sizes);
    expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
  });

  it('hands messages on through a node in the middle', async () => {
    const [near, hop, far] = [node('near'), node('hop'), node('far')];
    const { port } = await backend.listen(hop, 0, {});
    await backend.dial(near, port, {});
    await backend.dial(far, port, {});
    await Promise.all([routeTo(near, 'far'), routeTo(far, 'near')]);
    const hops: string[] = [];
    for await (const { from } of near.traceroute('far')) hops.push(from);
    expect(hops).toEqual(['near', 'hop', 'far']);
  });

  it('refuses a peer that is not allowed', async () => {
    const { a } = await pair({ allowedPeers: ['c'] });
    const c = node('c');
    const { port } = await backend.listen(c, 0, { allowedPeers: ['a'] });
    await backend.dial(a, port, {});
    await routeTo(a, 'c');
    expect(a.isReachable('b')).toBe(false);
  });

  it('takes costs per peer and refuses a link whose ends disagree', async () => {
    const { a, b } = await pair({ cost: 3, nodeCost: { b: 2 } }, { cost: 2 });
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    expect(a.costTo('b')).toBe(2);
    const c = node('c');
    const { port } = await backend.listen(c, 0, { cost: 5 });
    const down = once(c, 'link-down');
    await backend.dial(a, port, { cost: 1 });
    await down;
  });

  it('serves many links at once', async () => {
    const hub = node('hub');
    const { port } = await backend.listen(hub, 0, {});
    const spokes = Array.from({ length: 24 }, (_, at) => node(`spoke${at}`));
    await Promise.all(spokes.map((spoke) => backend.dial(spoke, port, {})));
    await Promise.all(spokes.map((spoke) => routeTo(spoke, 'hub')));
    await Promise.all(spokes.map((spoke) => routeTo(hub, spoke.nodeId)));
    const answers = await Promise.all(spokes.map((spoke) => hub.ping(spoke.nodeId)));
    expect(answers.map(({ from }) => from)).toEqual(spokes.map(({ nodeId }) => nodeId));
  });

  it('lets pings by while data fills the link', async () => {
    const { a, b } = await pair();
    await routeTo(b, 'a');
    const inbox = a.openDatagram('inbox');
    inbox.on('message', () => undefined);
    const path = b.openDatagram().path('a', 'inbox');
    const fill = (): void => {
      for (let room = path.reserve(); room !== undefined; room = path.reserve())
        path.commit(room.length);
    };
    b.on('drain', fill);
    fill();
    for (let count = 0; count < 20; count++) {
      expect((await b.ping('a')).from).toBe('a');
    }
    b.off('drain', fill);
  });
}
