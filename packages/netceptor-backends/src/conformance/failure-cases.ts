import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { BackendUnderTest } from './backend-under-test.js';
import { bothDown, linked, MAX_QUEUED, type AddTest } from './bench.js';

/** Links notice within so long that nothing comes any more, and a second later. */
const IDLE_MS = 400;

/** What a backend does when a link breaks, in whatever way. */
export function addFailureCases<Address>(
  test: AddTest<Address>,
  backend: BackendUnderTest<Address>,
): void {
  test('finds messages wherever the carrier cuts them', async (bench) => {
    const { a, b, relay } = await bench.relayed();
    const inbox = a.openDatagram('inbox');
    const sender = b.openDatagram();
    for (const pieces of [1, 2, 3, 5, 37, 38, 39, 1000]) {
      relay.split(pieces);
      const payload = randomBytes(pieces < 10 ? 300 : 5000);
      const received = once(inbox, 'message');
      sender.send('a', 'inbox', payload);
      const [got] = (await received) as [Buffer];
      assert.ok(got.equals(payload), `bytes have changed in pieces of ${pieces}`);
    }
  });

  test('comes back after its listener was gone', async (bench) => {
    const { a, b, listener, address } = await bench.pair();
    await linked(a, b);
    const down = once(b, 'link-down');
    await listener.close();
    await down;
    assert.equal(b.isReachable('a'), false);
    const reach = linked(a, b);
    await backend.listen(a, address, {});
    await reach;
    assert.equal((await b.ping('a')).from, 'a');
  });

  test('ends the link at both ends when the dialer closes', async (bench) => {
    const { a, b, dialer } = await bench.pair();
    await linked(a, b);
    const down = bothDown(a, b);
    await dialer.close();
    await down;
    assert.deepEqual(a.status().connections, []);
  });

  test('comes back after the connection was severed', async (bench) => {
    const { a, b, relay } = await bench.relayed(backend.isLossy ? IDLE_MS : undefined);
    const down = bothDown(a, b);
    relay.sever();
    await down;
    await linked(a, b);
    assert.equal((await b.ping('a')).from, 'a');
  });

  test('notices at both ends that the other has vanished, and dials again', async (bench) => {
    const { a, b, relay } = await bench.relayed(IDLE_MS);
    const down = bothDown(a, b);
    relay.freeze();
    await down;
    relay.thaw();
    await linked(a, b);
    assert.equal((await b.ping('a')).from, 'a');
  });

  // UDP has no way to tell that a peer has stopped reading: what it does not read is lost.
  if (backend.isLossy) return;
  test('holds no more than its bounds for a peer that has stopped reading, and goes on when it reads again', async (bench) => {
    const { a, b, relay } = await bench.relayed();
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
        assert.ok(sent < MAX_QUEUED, 'it queues without a bound');
        path.commit(room.length);
      }
    }
    const pinged = b.ping('a');
    const drained = once(b, 'drain');
    relay.release();
    assert.equal((await pinged).from, 'a');
    await drained;
    while (received < sent) await once(inbox, 'message');
    assert.equal(received, sent);
  });
}
