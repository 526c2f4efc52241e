import { SimulatedMesh, type SimulatedNode } from '@receptorjs/netceptor-simulator';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeReject } from '../../wire/reject.js';
import { encodeRoutingUpdate } from '../../wire/routing-update.js';
import type { LinkSession } from './link-session.js';

let mesh: SimulatedMesh;
let a: SimulatedNode;
let session: LinkSession;
/** The types of the messages that were sent, in order. */
let sent: (number | undefined)[];
/** Whether the transport was closed as one that needs no goodbye. */
let closes: (boolean | undefined)[];

beforeEach(() => {
  mesh = new SimulatedMesh();
  a = mesh.add('a');
  a.core.advertisements.advertise(0, 'service', { connectionType: 0, tags: {} });
  sent = [];
  closes = [];
  session = a.core.addLink(
    0,
    {
      description: 'peer',
      waitsToBeListed: true,
      sendControl: (message) => sent.push(message[0]),
      sendData: () => undefined,
      reserve: () => undefined,
      commit: () => undefined,
      close: (knownToPeer) => closes.push(knownToPeer),
    },
    {},
  );
});

function hear(nodeId: string, sequence: bigint, connections: Record<string, number> = {}): void {
  const message = encodeRoutingUpdate({
    nodeId,
    updateId: `${nodeId}${sequence}`,
    epoch: 1n,
    sequence,
    connections: new Map(Object.entries(connections)),
    forwardingNode: 'b',
    suspectedDuplicate: 0n,
  });
  session.handleMessage(mesh.now, message, 0, message.length);
}

describe('a link that waits to be listed', () => {
  it('says nothing but who it is until the peer lists this node', () => {
    hear('b', 1n);
    hear('far', 1n, { b: 1 });
    mesh.run(500);
    expect(sent).toEqual([1]);
    expect(session.wasEstablished).toBe(false);
    mesh.run(2000);
    expect(sent).toEqual([1, 1, 1]);
    hear('b', 2n, { a: 1, far: 1 });
    expect(session.wasEstablished).toBe(true);
    mesh.run(100);
    expect(sent).toContain(2);
    expect(a.core.isReachable('far')).toBe(true);
  });

  it('says nothing after a peer that rejects it', () => {
    hear('b', 1n);
    const reject = encodeReject();
    session.handleMessage(mesh.now, reject, 0, reject.length);
    mesh.run(5000);
    expect(sent).toEqual([1]);
    expect(closes).toEqual([true]);
    expect(session.wasRefused).toBe(true);
  });

  it('takes no word of an earlier link for that: who lists it at first may still reject it', () => {
    hear('b', 7n, { a: 1 });
    mesh.run(400);
    expect(sent).toEqual([1]);
    mesh.run(200);
    expect(session.wasEstablished).toBe(true);
  });

  it('says in one message that it does not take the peer', () => {
    hear('b', 1n);
    hear('b', 2n, { a: 5 });
    expect(sent).toEqual([1, 3]);
    expect(closes).toEqual([true]);
  });

  it('ends when the peer never lists it', () => {
    hear('b', 1n);
    mesh.run(11_000);
    expect(sent).toEqual(Array.from({ length: 10 }, () => 1));
    expect(session.closed).toBe(true);
    expect(a.lines.join('\n')).toContain('the peer did not list this node');
  });
});
