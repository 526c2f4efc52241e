import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { routeTo, type BackendUnderTest, type Ground } from './conformance.js';

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
export function describeStrangers(backend: BackendUnderTest, ground: Ground): void {
  const { node, pair, afterwards } = ground;

  it('D3: outlives messages of every length, down to none', async () => {
    const { a, b, port } = await pair();
    await routeTo(b, 'a');
    const speaker = await backend.speak(port);
    afterwards(() => speaker.close());
    const up = once(a, 'link-up');
    speaker.send(hello('made-up'));
    expect(await up).toMatchObject([{ nodeId: 'made-up' }]);
    for (const length of [0, 1, 2, 35, 36, 37, 1000, backend.longest]) {
      for (const type of [0, 1, 2, 255]) {
        const message = randomBytes(length);
        if (length > 0) message.writeUInt8(type, 0);
        speaker.send(message);
      }
    }
    expect((await b.ping('a')).from).toBe('a');
    expect(a.status().connections.map(({ nodeId }) => nodeId)).toContain('b');
  });

  it.each(garbage)('D3: takes no harm from %s', async (_, bytes) => {
    const a = node('a');
    const { port } = await backend.listen(a, 0, {});
    await backend.sendGarbage(port, bytes);
    const b = node('b');
    await backend.dial(b, port, {});
    await Promise.all([routeTo(a, 'b'), routeTo(b, 'a')]);
    expect((await b.ping('a')).from).toBe('a');
    expect(a.status().connections.map(({ nodeId }) => nodeId)).toEqual(['b']);
  });

  it('closes its listener while somebody who says nothing is connected', async () => {
    const a = node('a');
    const { port, end } = await backend.listen(a, 0, {});
    const speaker = await backend.speak(port);
    afterwards(() => speaker.close());
    await backend.sendGarbage(port, Buffer.from('G'));
    await end.close();
    const again = await backend.listen(a, port, {});
    expect(again.port).toBe(port);
  });
}
