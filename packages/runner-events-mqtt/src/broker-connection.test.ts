import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { BrokerConnection, MAX_UNFINISHED_BYTES } from './broker-connection.js';

let server: Server;
afterEach(() => server.close());

/** A connection to a broker that answers as the test wants. */
async function connection(answer: (socket: Socket) => void): Promise<BrokerConnection> {
  server = createServer((socket) => {
    // The client hangs up in the midst of what is sent.
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new BrokerConnection(
    {
      ...{
        url: `mqtt://127.0.0.1:${port}`,
        topic: 't',
        qos: 1,
        retainStatus: false,
        clientId: 'c',
      },
      ...{ version: 4, tls: { rejectUnauthorized: true }, shown: '', secrets: [] },
    },
    4,
  );
}

const CONNACK = Buffer.from([0x20, 2, 0, 0]);

it('ends with a broker whose message does not end within a mebibyte', async () => {
  // A message of 256 MiB, of which more is sent as long as the client reads.
  const piece = Buffer.alloc(64 * 1024);
  const { ready } = await connection((socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
    more();
  });
  await expect(ready).rejects.toThrow('the broker sent a message of more than 1048576 bytes');
});

it('takes any number of short messages', async () => {
  // 60,000 bytes, of which one stands for the topic `t`, and two for its length.
  const message = Buffer.concat([
    Buffer.from([0x30, 0xe0, 0xd4, 0x03, 0, 1, 0x74]),
    Buffer.alloc(59_997),
  ]);
  const count = Math.ceil((2 * MAX_UNFINISHED_BYTES) / message.length);
  const broker = await connection((socket) => {
    socket.write(CONNACK);
    socket.end(Buffer.concat(Array.from({ length: count }, () => message)));
  });
  await broker.ready;
  await expect(
    broker.publish('t', { id: 'i', kind: 'event', ident: 'r', body: '{}' }),
  ).rejects.toThrow('the broker closed the connection');
});
