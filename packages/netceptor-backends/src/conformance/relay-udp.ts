import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Relay } from './relay.js';

/**
 * A relay to a UDP port of 127.0.0.1; each peer is known to the target by a port of its own.
 *
 * @param heard - Called with what dialers send, and from which port.
 */
export async function relayUdp(
  target: number,
  heard: (message: Buffer, port: number) => void = () => undefined,
): Promise<Relay> {
  const near = createSocket('udp4');
  const peers = new Map<number, Socket>();
  let isFrozen = false;
  near.on('message', (message, from: RemoteInfo) => {
    heard(message, from.port);
    if (isFrozen) return;
    let far = peers.get(from.port);
    if (far === undefined) {
      far = createSocket('udp4');
      peers.set(from.port, far);
      far.on('message', (answer) => {
        if (!isFrozen) near.send(answer, from.port, '127.0.0.1');
      });
    }
    far.send(message, target, '127.0.0.1');
  });
  near.bind(0, '127.0.0.1');
  await once(near, 'listening');
  const sever = (): void => {
    for (const far of peers.values()) far.close();
    peers.clear();
  };
  return {
    address: near.address().port,
    freeze: () => {
      isFrozen = true;
    },
    thaw: () => {
      isFrozen = false;
    },
    hold: () => {
      isFrozen = true;
    },
    release: () => {
      isFrozen = false;
    },
    sever,
    split: () => undefined,
    close: async () => {
      const closed = once(near, 'close');
      sever();
      near.close();
      await closed;
    },
  };
}
