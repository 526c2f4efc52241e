import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { linked, MAX_QUEUED, type AddTest } from './bench.js';

/** What a link does while all is well. */
export function addLinkCases<Address>(test: AddTest<Address>): void {
  test('links two nodes, which then ping each other', async (bench) => {
    const { a, b } = await bench.pair();
    await linked(a, b);
    assert.equal((await a.ping('b')).from, 'b');
    assert.equal((await b.ping('a')).from, 'a');
  });

  test('carries datagrams of every size unchanged and in order', async (bench) => {
    const { a, b } = await bench.pair();
    await b.reachable('a');
    const inbox = a.openDatagram('inbox');
    const sender = b.openDatagram();
    const sizes = [0, 1, 2, 1199, 1200, 8191, 16_383, 16_384];
    const sent = sizes.map((size) => randomBytes(size));
    const received: { payload: Buffer; from: readonly string[] }[] = [];
    const all = new Promise<void>((resolve) => {
      inbox.on('message', (payload, fromNode, fromService) => {
        received.push({ payload, from: [fromNode, fromService] });
        if (received.length === sent.length) resolve();
      });
    });
    for (const payload of sent) sender.send('a', 'inbox', payload);
    await all;
    const payloads = received.map(({ payload }) => payload);
    for (const { from } of received) assert.deepEqual(from, ['b', sender.service]);
    assert.deepEqual(
      payloads.map((payload) => payload.length),
      sizes,
    );
    assert.ok(Buffer.concat(payloads).equals(Buffer.concat(sent)), 'bytes have changed');
  });

  test('hands messages on through a node in the middle', async (bench) => {
    const { backend } = bench;
    const [near, hop, far] = [bench.node('near'), bench.node('hop'), bench.node('far')];
    const { address } = await backend.listen(hop, undefined, {});
    await backend.dial(near, address, {});
    await backend.dial(far, address, {});
    await linked(near, far);
    const hops: string[] = [];
    for await (const { from } of near.traceroute('far')) hops.push(from);
    assert.deepEqual(hops, ['near', 'hop', 'far']);
  });

  test('refuses a peer that is not allowed', async (bench) => {
    const { a } = await bench.pair({ allowedPeers: ['c'] });
    const c = bench.node('c');
    const { address } = await bench.backend.listen(c, undefined, { allowedPeers: ['a'] });
    await bench.backend.dial(a, address, {});
    await a.reachable('c');
    assert.equal(a.isReachable('b'), false);
  });

  test('takes costs per peer and refuses a link whose ends disagree', async (bench) => {
    const { a, b } = await bench.pair({ cost: 3, nodeCost: { b: 2 } }, { cost: 2 });
    await linked(a, b);
    assert.equal(a.costTo('b'), 2);
    const c = bench.node('c');
    const { address } = await bench.backend.listen(c, undefined, { cost: 5 });
    const down = once(c, 'link-down');
    await bench.backend.dial(a, address, { cost: 1 });
    await down;
  });

  test('serves many links at once', async (bench) => {
    const hub = bench.node('hub');
    const { address } = await bench.backend.listen(hub, undefined, {});
    const spokes = Array.from({ length: 24 }, (_, at) => bench.node(`spoke${at}`));
    await Promise.all(spokes.map((spoke) => bench.backend.dial(spoke, address, {})));
    await Promise.all(spokes.map((spoke) => linked(spoke, hub)));
    const answers = await Promise.all(spokes.map((spoke) => hub.ping(spoke.nodeId)));
    assert.deepEqual(
      answers.map(({ from }) => from),
      spokes.map(({ nodeId }) => nodeId),
    );
  });

  test('lets pings by while data fills the link', async (bench) => {
    const { a, b } = await bench.pair();
    await b.reachable('a');
    const inbox = a.openDatagram('inbox');
    inbox.on('message', () => undefined);
    const path = b.openDatagram().path('a', 'inbox');
    let mostQueued = 0;
    const fill = (): void => {
      let queued = 0;
      for (let room = path.reserve(); room !== undefined; room = path.reserve()) {
        path.commit(room.length);
        queued += room.length;
        if (queued >= MAX_QUEUED) break;
      }
      mostQueued = Math.max(mostQueued, queued);
    };
    b.on('drain', fill);
    fill();
    for (let count = 0; count < 20; count++) assert.equal((await b.ping('a')).from, 'a');
    b.off('drain', fill);
    assert.ok(mostQueued < MAX_QUEUED, 'it queues without a bound');
  });
}
