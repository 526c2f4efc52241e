import { expect, it } from 'vitest';
import { SimulatedMesh } from '@receptorjs/netceptor-simulator';
import { DATA_HEADER_BYTES, writeDataHeader } from '../wire/data-header.js';
import { hashNodeId } from '../wire/highway-hash.js';
import { MAX_MESSAGE_BYTES } from '../wire/message-type.js';
import { encodeRoutingUpdate, type RoutingUpdate } from '../wire/routing-update.js';

/** A node `a` with established links to `b` and `c`, and what it sends over each. */
function victim(): {
  lines: readonly string[];
  sent: Readonly<Record<'b' | 'c', Buffer[]>>;
  /** Gives the node a message over the link to `b`. */
  readonly say: (message: Buffer) => void;
} {
  const mesh = new SimulatedMesh();
  const { core, lines } = mesh.add('a');
  const sent: Record<'b' | 'c', Buffer[]> = { b: [], c: [] };
  const [b] = (['b', 'c'] as const).map((peer) => {
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
  return { lines, sent, say: (message) => b?.handleMessage(mesh.now, message, 0, message.length) };
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
