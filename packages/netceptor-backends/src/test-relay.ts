import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a dialer and a listener on the loopback interface, for tests. */
export interface Relay {
  /** Where dialers come. */
  readonly port: number;
  /** Passes nothing on any more, and closes nothing: the other end has vanished. */
  freeze(): void;
  /** Lets new connections through again; frozen ones are gone. */
  thaw(): void;
  /** Reads nothing, and keeps what waits: the other end has stopped reading. */
  hold(): void;
  release(): void;
  /** Ends all connections without goodbye. */
  sever(): void;
  /** Passes on single pieces of so many bytes; UDP datagrams stay whole. */
  split(bytes: number): void;
  close(): Promise<void>;
}

/** A relay to a TCP port. */
export async function relayTcp(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const frozen = new Set<Socket>();
  let isFrozen = false;
  let pieces = Infinity;
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (frozen.has(from)) return;
      for (let at = 0; at < chunk.length; at += pieces) {
        to.write(chunk.subarray(at, Math.min(chunk.length, at + pieces)));
      }
      if (to.writableNeedDrain) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('error', () => undefined);
    from.on('end', () => {
      if (!frozen.has(from)) to.end();
    });
    from.on('close', () => {
      sockets.delete(from);
      if (!frozen.delete(from)) to.destroy();
    });
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true });
    if (isFrozen) frozen.add(near).add(far);
    join(near, far);
    join(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sever = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) frozen.add(socket);
    },
    thaw: () => {
      isFrozen = false;
      for (const socket of frozen) socket.destroy();
    },
    hold: () => {
      for (const socket of sockets) socket.pause();
    },
    release: () => {
      for (const socket of sockets) socket.resume();
    },
    sever,
    split: (bytes) => {
      pieces = bytes;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      sever();
      await closed;
    },
  };
}

/**
 * A relay to a UDP port; each peer is known to the target by a port of its own.
 *
 * @param heard - Called with what dialers send, and from which port.
 */
export async function relayUdp(
  target: number,
  heard: (message: Buffer, port: number) => void = () => undefined,
): Promise<Relay> {
  const near = createSocket('udp4');
  const peers = new Map<number, UdpSocket>();
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
    port: near.address().port,
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
