import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { BackendUnderTest } from './backend-under-test.js';
import { linked, type AddTest } from './bench.js';

/** A routing update by which a made-up node names itself. */
function hello(nodeId: string): Buffer {
  return Buffer.from(
    `\x01{"NodeID":"${nodeId}","UpdateID":"x","UpdateEpoch":1,"UpdateSequence":1,"Connections":{},"ForwardingNode":"${nodeId}","SuspectedDuplicate":0}`,
  );
}

/** Beginnings of what comes to an open port from others than peers. */
const garbage: readonly (readonly [string, Buffer])[] = [
  ['nothing, as a port scan does', Buffer.alloc(0)],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
  ['an SSH greeting', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
  ['zeros', Buffer.alloc(60_000)],
  ['ones', Buffer.alloc(60_000, 0xff)],
  ['chance', randomBytes(60_000)],
];

/** What a backend does about messages of no node's making, and about what is no peer at all. */
export function addStrangerCases<Address>(
  test: AddTest<Address>,
  backend: BackendUnderTest<Address>,
): void {
  test('D3: outlives messages of every length, down to none', async (bench) => {
    const { a, b, address } = await bench.pair();
    await b.reachable('a');
    const speaker = await backend.speak(address);
    bench.afterwards(() => speaker.close());
    const up = once(a, 'link-up') as Promise<[{ nodeId: string }]>;
    speaker.send(hello('made-up'));
    assert.equal((await up)[0].nodeId, 'made-up');
    for (const length of [0, 1, 2, 35, 36, 37, 1000, backend.longest]) {
      for (const type of [0, 1, 2, 255]) {
        const message = randomBytes(length);
        if (length > 0) message.writeUInt8(type, 0);
        speaker.send(message);
      }
    }
    assert.equal((await b.ping('a')).from, 'a');
    assert.ok(a.status().connections.some(({ nodeId }) => nodeId === 'b'));
  });

  for (const [what, bytes] of garbage)
    test(`D3: takes no harm from ${what}`, async (bench) => {
      const a = bench.node('a');
      const { address } = await backend.listen(a, undefined, {});
      await backend.sendGarbage(address, bytes);
      const b = bench.node('b');
      await backend.dial(b, address, {});
      await linked(a, b);
      assert.equal((await b.ping('a')).from, 'a');
      assert.deepEqual(
        a.status().connections.map(({ nodeId }) => nodeId),
        ['b'],
      );
    });

  test('closes its listener while a peer that says nothing is connected', async (bench) => {
    const a = bench.node('a');
    const { address, end } = await backend.listen(a, undefined, {});
    const speaker = await backend.speak(address);
    bench.afterwards(() => speaker.close());
    await backend.sendGarbage(address, Buffer.from('G'));
    await end.close();
    const again = await backend.listen(a, address, {});
    assert.deepEqual(again.address, address);
  });
}
