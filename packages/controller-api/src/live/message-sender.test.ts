import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { MessageSender } from './message-sender.js';

it('holds one message for a client that takes nothing, and ends its connection', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port });
  client.on('error', () => undefined);
  // it asks for a WebSocket, and reads nothing of it
  client.pause();
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  client.write(
    [
      'GET / HTTP/1.1',
      'Host: here',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  );
  const [socket] = await accepted;
  const ended = once(socket, 'close');
  const sender = new MessageSender(socket, 200);
  const text = 'x'.repeat(2 ** 20);
  let held = 0;
  while (socket.readyState === socket.OPEN) {
    const sent = sender.send(text);
    held = Math.max(held, socket.bufferedAmount);
    await sent;
  }
  await ended;
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(1.1 * text.length);
  client.destroy();
  server.close();
});
