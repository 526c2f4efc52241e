import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Stands between a dialer and a listener on this machine, for tests. */
export interface Relay<Address = number> {
  /** Where dialers come. */
  readonly address: Address;
  /** Passes nothing on any more, and closes nothing: the other end has vanished. */
  freeze(): void;
  /** Lets new connections through again; frozen ones are gone. */
  thaw(): void;
  /** Reads nothing, and keeps what waits: the other end has stopped reading. */
  hold(): void;
  /** Reads again after {@link hold}. */
  release(): void;
  /** Ends all connections without goodbye. */
  sever(): void;
  /** Passes on single pieces of so many bytes; datagrams stay whole. */
  split(bytes: number): void;
  /** Ends all connections and takes no more; resolves when its address is free. */
  close(): Promise<void>;
}

/** How a relay of byte streams takes and makes connections. Both leave streams half open whose other end has ended. */
export interface RelayedStreams<Address> {
  /** Listens on a free address; calls `connected` with each connection that a dialer makes. */
  listen(connected: (near: Duplex) => void): Promise<{
    readonly address: Address;
    /** Takes no more connections; resolves when the address is free. */
    close(): Promise<void>;
  }>;
  /** Connects to the listener behind the relay; what is written before it stands is kept. */
  connect(): Duplex;
  /** Ends a connection without goodbye; default: destroys it. */
  sever?(stream: Duplex): void;
}

/** A relay of byte streams of any kind. */
export async function relayStreams<Address>(
  streams: RelayedStreams<Address>,
): Promise<Relay<Address>> {
  const open = new Set<Duplex>();
  const frozen = new Set<Duplex>();
  let isFrozen = false;
  let isHeld = false;
  let pieces = Infinity;
  const join = (from: Duplex, to: Duplex): void => {
    open.add(from);
    from.on('data', (chunk: Buffer) => {
      if (frozen.has(from)) return;
      for (let at = 0; at < chunk.length; at += pieces)
        to.write(chunk.subarray(at, Math.min(chunk.length, at + pieces)));
      if (to.writableNeedDrain) from.pause();
    });
    to.on('drain', () => {
      if (!isHeld) from.resume();
    });
    from.on('error', () => undefined);
    from.on('end', () => {
      if (!frozen.has(from)) to.end();
    });
    from.on('close', () => {
      open.delete(from);
      if (!frozen.delete(from)) to.destroy();
    });
  };
  const listening = await streams.listen((near) => {
    const far = streams.connect();
    if (isFrozen) frozen.add(near).add(far);
    join(near, far);
    join(far, near);
    if (isHeld) for (const stream of [near, far]) stream.pause();
  });
  const sever = (): void => {
    for (const stream of open) {
      if (streams.sever === undefined) stream.destroy();
      else streams.sever(stream);
    }
  };
  return {
    address: listening.address,
    freeze: () => {
      isFrozen = true;
      for (const stream of open) frozen.add(stream);
    },
    thaw: () => {
      isFrozen = false;
      for (const stream of frozen) stream.destroy();
    },
    hold: () => {
      isHeld = true;
      for (const stream of open) stream.pause();
    },
    release: () => {
      isHeld = false;
      for (const stream of open) stream.resume();
    },
    sever,
    split: (bytes) => {
      pieces = bytes;
    },
    close: async () => {
      const closed = listening.close();
      sever();
      await closed;
    },
  };
}

/** A relay to a TCP port of 127.0.0.1. */
export async function relayTcp(target: number): Promise<Relay> {
  return relayStreams({
    listen: async (connected) => {
      const server = createServer({ allowHalfOpen: true }, (near) =>
        connected(near.setNoDelay(true)),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return {
        address: (server.address() as AddressInfo).port,
        close: async () => {
          const closed = once(server, 'close');
          server.close();
          await closed;
        },
      };
    },
    connect: () => connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true }),
    sever: (stream) => {
      if (stream instanceof Socket) stream.resetAndDestroy();
    },
  });
}
