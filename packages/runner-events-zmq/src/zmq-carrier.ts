import { onAbort } from '@receptorjs/primitives';
import type { Carrier, Message } from '@receptorjs/runner-events';
import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net';
import type { MakeMechanism } from './mechanism.js';
import { ZmtpConnection } from './zmtp-connection.js';

/** Pushes messages over one connection, a new one after each failure. Owns the connection. */
export class ZmqCarrier implements Carrier {
  readonly #to: TcpNetConnectOpts | IpcNetConnectOpts;
  readonly #mechanism: MakeMechanism;
  readonly #acknowledge: boolean;
  #connection: ZmtpConnection | undefined;

  constructor(
    to: TcpNetConnectOpts | IpcNetConnectOpts,
    mechanism: MakeMechanism,
    acknowledge: boolean,
  ) {
    this.#to = to;
    this.#mechanism = mechanism;
    this.#acknowledge = acknowledge;
  }

  async send(message: Message, signal: AbortSignal): Promise<void> {
    if (this.#connection === undefined || this.#connection.isClosed)
      this.#connection = new ZmtpConnection(this.#to, this.#mechanism(), this.#acknowledge);
    const connection = this.#connection;
    // What was written must not arrive later, so the connection goes with the attempt.
    const stop = () => connection.destroy(new Error('given up'));
    const forget = onAbort(signal, stop);
    try {
      await connection.ready;
      await connection.send(Buffer.from(message.body));
    } finally {
      forget();
    }
  }

  close(): Promise<void> {
    this.#connection?.destroy(new Error('closed'));
    return Promise.resolve();
  }
}
