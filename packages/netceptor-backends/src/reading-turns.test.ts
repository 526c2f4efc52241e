import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { framed, FrameReader } from './tcp/frame-reader.js';
import { ReadingTurns } from './reading-turns.js';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

it('lets others have their turn while one socket has messages that take long, and loses none', async () => {
  const got: number[] = [];
  let othersTurns = 0;
  let isDone = false;
  const done = new Promise<void>((resolve) => {
    const server = createServer((socket) => {
      const reader = new FrameReader((chunk, start) => {
        const until = performance.now() + 0.5;
        while (performance.now() < until);
        if (got.push(chunk.readUInt32LE(start)) < 400) return;
        isDone = true;
        resolve();
      });
      const turns = new ReadingTurns(socket, reader);
      socket.on('data', (chunk: Buffer) => {
        if (!turns.take(chunk)) socket.pause();
      });
      const other = (): void => {
        if (isDone) return;
        othersTurns++;
        setImmediate(other);
      };
      socket.once('data', other);
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const client = connect(port, '127.0.0.1');
      closers.push(() => client.destroy());
      const messages = Array.from({ length: 400 }, (_, at) => {
        const message = Buffer.alloc(100);
        message.writeUInt32LE(at);
        return framed(message);
      });
      void once(client, 'connect').then(() => client.write(Buffer.concat(messages)));
    });
    closers.push(() => server.close());
  });
  await done;
  expect(got).toEqual(Array.from({ length: 400 }, (_, at) => at));
  // 200 ms of work in turns of 2 and up to 16 messages more.
  expect(othersTurns).toBeGreaterThan(10);
});
