import { text } from 'node:stream/consumers';
import { MeshNode, type DatagramSocket } from '@receptorjs/netceptor';
import { expect, it, vi } from 'vitest';
import { chain, echo } from '../testing/test-mesh.js';
import { StreamHost } from '../stream-host.js';

/** What a dialer sends first. */
async function firstWords(): Promise<Buffer> {
  const node = new MeshNode({ nodeId: 'solo' });
  const streams = new StreamHost(node);
  const recorder = node.openDatagram('recorder');
  const first = new Promise<Buffer>((resolve) => {
    recorder.on('message', (payload) => resolve(Buffer.from(payload)));
  });
  const dial = streams.dial('solo', 'recorder', { timeoutMs: 15_000 }).catch(() => undefined);
  const words = await first;
  await streams.close();
  await node.close();
  await dial;
  return words;
}

it('a node that begins streams without end is not answered any more, and others are', async () => {
  const words = await firstWords();
  const { first, last, all } = await chain('hostile', 'far', 'friend');
  const far = all[1];
  if (far === undefined) throw new Error('there is a middle');
  await far.streams.listen('echo', {}, echo);
  let answered = 0;
  for (let count = 0; count < 400; count++) {
    const socket = first.node.openDatagram();
    socket.once('message', () => (answered += 1));
    socket.send('far', 'echo', words);
  }
  const stream = await last.streams.dial('far', 'echo');
  stream.end('still there');
  expect(await text(stream)).toBe('still there');
  expect(answered).toBeGreaterThan(0);
  expect(answered).toBeLessThanOrEqual(256);
});

it('datagrams of a service that has no name take no place', async () => {
  const words = await firstWords();
  const { first, last } = await chain('near', 'far');
  const open = vi.spyOn(last.node, 'openDatagram');
  await last.streams.listen('echo', {}, echo);
  const [opened] = open.mock.results;
  const socket = opened?.value as DatagramSocket;
  for (let count = 0; count < 300; count++) {
    expect(() => socket.emit('view', words, 'near', '')).toThrow('service name "" is not valid');
  }
  const stream = await first.streams.dial('far', 'echo', { timeoutMs: 5_000 });
  stream.end('welcome');
  expect(await text(stream)).toBe('welcome');
});
