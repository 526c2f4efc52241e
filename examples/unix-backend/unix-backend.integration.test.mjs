import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBackend, relayStreams } from '@receptorjs/netceptor-backends/testing';
import { afterAll, describe, it } from 'vitest';
import { dialUnix, listenUnix } from './unix-backend.mjs';

const folder = await mkdtemp(join(tmpdir(), 'unix-backend-'));
afterAll(() => rm(folder, { recursive: true }));

let sockets = 0;
const freePath = () => join(folder, `${++sockets}.sock`);

const open = (/** @type {string} */ path) =>
  connect(path)
    .on('error', () => undefined)
    .resume();

checkBackend({ describe, it }, 'Unix socket', {
  isLossy: false,
  longest: 65_535,
  listen: async (node, address = freePath(), options) => ({
    end: await listenUnix(node, address, options),
    address,
  }),
  dial: (node, path, options) => Promise.resolve(dialUnix(node, path, options)),
  relay: (target) =>
    relayStreams({
      listen: async (connected) => {
        const address = freePath();
        const server = createServer({ allowHalfOpen: true }, connected).listen(address);
        await once(server, 'listening');
        return {
          address,
          close: async () => {
            const closed = once(server, 'close');
            server.close();
            await closed;
          },
        };
      },
      connect: () => connect({ path: target, allowHalfOpen: true }),
    }),
  speak: async (path) => {
    const socket = open(path);
    await once(socket, 'connect');
    return {
      send: (message) => {
        const length = Buffer.alloc(2);
        length.writeUInt16LE(message.length);
        socket.write(Buffer.concat([length, message]));
      },
      close: () => void socket.destroy(),
    };
  },
  sendGarbage: async (path, bytes) => {
    await once(open(path).end(bytes), 'close');
  },
});
