import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { readChunks } from './read-chunks.js';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

/** The two ends of a TCP connection. */
async function pair(): Promise<[accepted: Socket, dialed: Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dialed = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  closers.push(
    () => server.close(),
    () => dialed.destroy(),
    () => accepted.destroy(),
  );
  return [accepted, dialed];
}

const bytes = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => at % 251));

it.each([0, 1])(
  'gives all that a socket receives, in memory that is used again (end %i)',
  async (end) => {
    const ends = await pair();
    const [reading, writing] = end === 0 ? ends : ends.reverse();
    if (reading === undefined || writing === undefined) throw new Error('no pair');
    const sent = bytes(3_000_000);
    const received: Buffer[] = [];
    const memories = new Set<ArrayBufferLike>();
    readChunks(reading, (chunk) => {
      received.push(Buffer.from(chunk));
      memories.add(chunk.buffer);
      return true;
    });
    writing.end(sent);
    await once(reading, 'end');
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    expect(memories.size).toBe(1);
  },
);

it('begins with what the socket has read already', async () => {
  const [accepted, dialed] = await pair();
  accepted.pause();
  dialed.write('before');
  accepted.read(0);
  await once(accepted, 'readable');
  const received: string[] = [];
  readChunks(accepted, (chunk) => received.push(chunk.toString()) > 0);
  dialed.end(' and after');
  await once(accepted, 'end');
  expect(received.join('')).toBe('before and after');
});

it('stops when it is told to, until the socket is resumed', async () => {
  const [accepted, dialed] = await pair();
  const total = 8_000_000;
  let received = 0;
  let stopped: (() => void) | undefined;
  const stop = new Promise<void>((resolve) => (stopped = resolve));
  readChunks(accepted, (chunk) => {
    received += chunk.length;
    if (stopped === undefined) return true;
    stopped();
    stopped = undefined;
    return false;
  });
  dialed.end(Buffer.alloc(total));
  await stop;
  const atStop = received;
  // the writer can't be done: its system has no room for all of it
  await new Promise((resolve) => setImmediate(resolve));
  expect(received).toBe(atStop);
  expect(received).toBeLessThan(total);
  accepted.resume();
  await once(accepted, 'end');
  expect(received).toBe(total);
});

it('takes the chunks of a socket whose parts it does not know', async () => {
  const [accepted, dialed] = await pair();
  Object.defineProperty(accepted, 'encrypted', { value: true });
  const received: string[] = [];
  readChunks(accepted, (chunk) => received.push(chunk.toString()) > 0);
  dialed.end('in chunks of its own');
  await once(accepted, 'end');
  expect(received.join('')).toBe('in chunks of its own');
});
