import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends bytes over a TCP connection and waits until it is closed, at the latest after its own end. */
export async function sendOverTcp(port: number, bytes: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.resume().end(bytes);
  await closed;
}

/** A message with its length in front, as it goes over a byte stream. */
export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16LE(message.length);
  return Buffer.concat([prefix, message]);
}
