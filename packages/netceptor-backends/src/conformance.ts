import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { MeshNode, type LinkOptions } from '@receptorjs/netceptor';
import { afterEach, describe, expect, it } from 'vitest';

/** One end of a link, as a backend under test opens it. */
export interface BackendEnd {
  close(): Promise<void>;
}

/** How the suite opens links over a backend, on the loopback interface. */
export interface BackendUnderTest {
  /** Listens; resolves with the end and something that `dial` takes to reach it. */
  listen(node: MeshNode, options: LinkOptions): Promise<{ end: BackendEnd; address: unknown }>;
  /** Dials, with redial. */
  dial(node: MeshNode, address: unknown, options: LinkOptions): Promise<BackendEnd>;
}

/** Resolves when the node has a route to `nodeId`. */
export async function routeTo(node: MeshNode, nodeId: string): Promise<void> {
  while (!node.isReachable(nodeId)) await once(node, 'route');
}

/** What every backend has to do; run by its test. */
export function backendConformance(name: string, backend: BackendUnderTest): void {
  describe(`${name} backend`, () => {
    const nodes: MeshNode[] = [];
    const node = (nodeId: string): MeshNode => {
      const made = new MeshNode({ nodeId });
      nodes.push(made);
      return made;
    };
    afterEach(async () => {
      await Promise.all(nodes.splice(0).map((each) => each.close()));
    });

    const pair = async (
      listenOptions: LinkOptions = {},
      dialOptions: LinkOptions = {},
    ): Promise<{
      a: MeshNode;
      b: MeshNode;
      listener: BackendEnd;
      dialer: BackendEnd;
      address: unknown;
    }> => {
      const [a, b] = [node('a'), node('b')];
      const { end: listener, address } = await backend.listen(a, listenOptions);
      const dialer = await backend.dial(b, address, dialOptions);
      return { a, b, listener, dialer, address };
    };

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
      const { address } = await backend.listen(hop, {});
      await backend.dial(near, address, {});
      await backend.dial(far, address, {});
      await Promise.all([routeTo(near, 'far'), routeTo(far, 'near')]);
      const hops: string[] = [];
      for await (const { from } of near.traceroute('far')) hops.push(from);
      expect(hops).toEqual(['near', 'hop', 'far']);
    });

    it('refuses a peer that is not allowed', async () => {
      const { a } = await pair({ allowedPeers: ['c'] });
      const c = node('c');
      const { address } = await backend.listen(c, { allowedPeers: ['a'] });
      await backend.dial(a, address, {});
      await routeTo(a, 'c');
      expect(a.isReachable('b')).toBe(false);
    });

    it('takes costs per peer and refuses a link whose ends disagree', async () => {
      const { a, b } = await pair({ cost: 3, nodeCost: { b: 2 } }, { cost: 2 });
      await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
      expect(a.costTo('b')).toBe(2);
      const c = node('c');
      const { address } = await backend.listen(c, { cost: 5 });
      const down = once(c, 'link-down');
      await backend.dial(a, address, { cost: 1 });
      await down;
    });

    it('comes back after its listener was gone', async () => {
      const { a, b, listener, address } = await pair();
      await routeTo(b, 'a');
      const down = once(b, 'link-down');
      await listener.close();
      await down;
      expect(b.isReachable('a')).toBe(false);
      const reach = routeTo(b, 'a');
      await backend.listen(a, { ...(address as object) });
      await reach;
      expect((await b.ping('a')).from).toBe('a');
    });

    it('ends the link at both ends when the dialler closes', async () => {
      const { a, b, dialer } = await pair();
      await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
      const down = Promise.all([once(a, 'link-down'), once(b, 'link-down')]);
      await dialer.close();
      await down;
      expect(a.status().connections).toEqual([]);
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
  });
}
