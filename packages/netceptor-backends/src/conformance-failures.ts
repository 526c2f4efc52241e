import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { MeshNode } from '@receptorjs/netceptor';
import { expect, it } from 'vitest';
import { routeTo, type BackendUnderTest, type Ground } from './conformance.js';
import type { Relay } from './test-relay.js';

/** Links notice within so long that nothing comes any more, and a second later. */
const IDLE_MS = 400;
/** Tests that wait for that get so long, on a busy machine too. */
const BUSY_MS = 20_000;

/** What a backend does when a link breaks, in whatever way. */
export function describeFailures(backend: BackendUnderTest, ground: Ground): void {
  const { node, pair, afterwards } = ground;

  const relayed = async (idleMs?: number): Promise<{ a: MeshNode; b: MeshNode; relay: Relay }> => {
    const [a, b] = [node('a', idleMs), node('b', idleMs)];
    const { port } = await backend.listen(a, 0, {});
    const relay = await backend.relay(port);
    afterwards(() => relay.close());
    await backend.dial(b, relay.port, {});
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    return { a, b, relay };
  };

  const bothDown = (a: MeshNode, b: MeshNode): Promise<unknown> =>
    Promise.all([once(a, 'link-down'), once(b, 'link-down')]);

  it('finds messages wherever the carrier cuts them', async () => {
    const { a, b, relay } = await relayed();
    const inbox = a.openDatagram('inbox');
    const sender = b.openDatagram();
    for (const pieces of [1, 2, 3, 5, 37, 38, 39, 1000]) {
      relay.split(pieces);
      const payload = randomBytes(pieces < 10 ? 300 : 5000);
      const received = once(inbox, 'message');
      sender.send('a', 'inbox', payload);
      const [got] = (await received) as [Buffer];
      expect(got.equals(payload)).toBe(true);
    }
  });

  it('comes back after its listener was gone', async () => {
    const { a, b, listener, port } = await pair();
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    const down = once(b, 'link-down');
    await listener.close();
    await down;
    expect(b.isReachable('a')).toBe(false);
    const reach = Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    await backend.listen(a, port, {});
    await reach;
    expect((await b.ping('a')).from).toBe('a');
  });

  it('ends the link at both ends when the dialer closes', async () => {
    const { a, b, dialer } = await pair();
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    const down = bothDown(a, b);
    await dialer.close();
    await down;
    expect(a.status().connections).toEqual([]);
  });

  it('comes back after the connection was severed', { timeout: BUSY_MS }, async () => {
    const { a, b, relay } = await relayed(backend.isLossy ? IDLE_MS : undefined);
    const down = bothDown(a, b);
    relay.sever();
    await down;
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    expect((await b.ping('a')).from).toBe('a');
  });

  it(
    'notices at both ends that the other has vanished, and dials again',
    { timeout: BUSY_MS },
    async () => {
      const { a, b, relay } = await relayed(IDLE_MS);
      const down = bothDown(a, b);
      relay.freeze();
      await down;
      relay.thaw();
      await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
      expect((await b.ping('a')).from).toBe('a');
    },
  );

  // UDP has no way to tell that a peer has stopped reading: what it does not read is lost.
  if (backend.isLossy) return;
  it('holds no more than its bounds for a peer that has stopped reading, and goes on when it reads again', async () => {
    const { a, b, relay } = await relayed();
    const inbox = a.openDatagram('inbox');
    let received = 0;
    inbox.on('message', (payload) => {
      received += payload.length;
    });
    const path = b.openDatagram().path('a', 'inbox');
    relay.hold();
    let blockedFor = 0;
    let sent = 0;
    // The link has no room left for turns of the event loop on end only when the peer takes nothing.
    while (blockedFor < 50) {
      const room = path.reserve();
      if (room === undefined) {
        blockedFor++;
        await new Promise((resolve) => setImmediate(resolve));
      } else {
        blockedFor = 0;
        sent += room.length;
        path.commit(room.length);
      }
    }
    expect(sent).toBeLessThan(64 << 20);
    const pinged = b.ping('a');
    const drained = once(b, 'drain');
    relay.release();
    expect((await pinged).from).toBe('a');
    await drained;
    while (received < sent) await once(inbox, 'message');
    expect(received).toBe(sent);
  });
}
