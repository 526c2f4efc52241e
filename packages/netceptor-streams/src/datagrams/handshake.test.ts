import type { DatagramSocket, MeshNode } from '@receptorjs/netceptor';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QuicConnection } from '@receptorjs/quic-engine';
import type { MeshStream } from '../mesh-stream.js';
import { loadQuicEngine } from '../choose-engine.js';
import { changedEngine } from '../testing/test-engine.js';
import { echo, member } from '../testing/test-mesh.js';

/** Loses what arrives at the sockets of a node that `loses` names. */
function lossy(node: MeshNode, loses: (socket: DatagramSocket) => boolean): void {
  const open = node.openDatagram.bind(node);
  node.openDatagram = (service) => {
    const socket = open(service);
    const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
    const lossyEmit = (event: string, ...args: unknown[]): boolean =>
      event === 'view' && loses(socket) ? true : emit(event, ...args);
    return Object.assign(socket, { emit: lossyEmit });
  };
}

describe('a dial whose first datagrams get lost', () => {
  // QUIC has a clock of its own, on which next to no time passes here: it repeats nothing by itself.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['on the way there', ({ service }: DatagramSocket) => service === 'echo'],
    ['on the way back', ({ service }: DatagramSocket) => service !== 'echo'],
    ['both ways', () => true],
  ])('%s is tried again before a second has passed', async (_where, loses) => {
    const { node, streams } = member('a');
    const start = performance.now();
    lossy(node, (socket) => performance.now() < start + 150 && loses(socket));
    await streams.listen('echo', {}, echo);
    let stream: MeshStream | undefined;
    void streams.dial('a', 'echo').then((dialed) => (stream = dialed));
    while (stream === undefined && performance.now() < start + 990) {
      await vi.advanceTimersByTimeAsync(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stream).toBeDefined();
  });

  it('for good ends at its deadline', async () => {
    const { node, streams } = member('a');
    lossy(node, () => true);
    await streams.listen('echo', {}, echo);
    let outcome: unknown;
    streams.dial('a', 'echo', { timeoutMs: 5000 }).catch((error: unknown) => (outcome = error));
    while (outcome === undefined) await vi.advanceTimersByTimeAsync(100);
    expect(outcome).toMatchObject({ code: 'dial-timeout' });
  });
});

it.each([
  [
    'refuses it',
    () => {
      throw new Error('StreamLimit');
    },
  ],
  ['has no room for it', () => 0],
])('a dial ends when the peer allows no stream and %s', async (_how, write) => {
  const engine = await loadQuicEngine();
  const { streams } = member('a', {
    engine: changedEngine(engine, {
      dialed: (connection) => Object.assign<QuicConnection, object>(connection, { write }),
    }),
  });
  await streams.listen('echo', {}, echo);
  await expect(streams.dial('a', 'echo')).rejects.toMatchObject({ code: 'protocol' });
});
