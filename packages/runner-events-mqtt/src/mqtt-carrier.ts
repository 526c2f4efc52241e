import { onAbort } from '@receptorjs/primitives';
import type { Carrier, Message } from '@receptorjs/runner-events';
import type { BrokerSettings } from './broker-settings.js';
import { BrokerConnection } from './broker-connection.js';

/** Publishes messages over one connection, a new one after each failure. Owns the connection. */
export class MqttCarrier implements Carrier {
  readonly #broker: BrokerSettings;
  #connection: BrokerConnection | undefined;
  /** 4 once the broker has said that it does not know 5. */
  #version: 4 | 5;

  constructor(broker: BrokerSettings) {
    this.#broker = broker;
    this.#version = broker.version;
  }

  async send(message: Message, signal: AbortSignal): Promise<void> {
    const stop = () => this.#connection?.destroy(new Error('given up'));
    // What waits to be sent must not arrive later, so the connection goes with the attempt.
    const forget = onAbort(signal, stop);
    try {
      const connection = await this.#connected();
      await connection.publish(this.#topic(message), message);
    } finally {
      forget();
    }
  }

  close(): Promise<void> {
    return this.#connection?.end() ?? Promise.resolve();
  }

  async #connected(): Promise<BrokerConnection> {
    for (;;) {
      if (this.#connection === undefined || this.#connection.isClosed)
        this.#connection = new BrokerConnection(this.#broker, this.#version);
      const connection = this.#connection;
      try {
        await connection.ready;
        return connection;
      } catch (error) {
        if (connection.version === 4 || !connection.versionIsRefused) throw error;
        this.#version = 4;
      }
    }
  }

  #topic({ ident, kind }: Message): string {
    const level = ident.replace(/[/+#%\0]/g, encodeURIComponent) || '-';
    return `${this.#broker.topic}/${level}/${kind === 'event' ? 'events' : 'status'}`;
  }
}
