import { backoffDelay } from '@receptorjs/primitives';
import { Client, escapeIdentifier, type ClientConfig } from 'pg';
import type { ChannelListener } from './storage.js';

const RETRY = { first: 100, longest: 5000 };

/**
 * The connection that messages of the database come by; made for the first who listens, and anew whenever it is lost. It alone writes its fields.
 */
export class PostgresListener {
  readonly #config: ClientConfig;
  readonly #channels = new Map<string, Set<ChannelListener>>();
  #client: Promise<Client> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(config: ClientConfig) {
    // it waits for messages for as long as it lives
    this.#config = { ...config, statement_timeout: 0 };
  }

  /** @throws {Error} where there is no connection and none can be made */
  async listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    const listeners = this.#channels.get(channel) ?? new Set();
    const isFirst = listeners.size === 0;
    listeners.add(listener);
    this.#channels.set(channel, listeners);
    try {
      const client = await (this.#client ??= this.#connect());
      if (isFirst) await client.query(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      this.#forget(channel, listener);
      throw error;
    }
    return () => this.#unlisten(channel, listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#channels.clear();
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  async #unlisten(channel: string, listener: ChannelListener): Promise<void> {
    this.#forget(channel, listener);
    if (this.#channels.has(channel) || this.#isClosed) return;
    const client = await this.#client?.catch(() => undefined);
    // a lost connection listens to nothing anyway
    await client?.query(`unlisten ${escapeIdentifier(channel)}`).catch(() => undefined);
  }

  #forget(channel: string, listener: ChannelListener): void {
    const listeners = this.#channels.get(channel);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#channels.delete(channel);
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#config);
    const onLost = (): void => {
      client.removeAllListeners('end');
      this.#lost();
    };
    client.on('error', () => undefined);
    client.on('notification', ({ channel, payload = '' }) => {
      for (const listener of this.#channels.get(channel) ?? []) listener.onMessage(payload);
    });
    try {
      await client.connect();
      for (const channel of this.#channels.keys()) {
        await client.query(`listen ${escapeIdentifier(channel)}`);
      }
    } catch (error) {
      this.#client = undefined;
      void client.end().catch(() => undefined);
      throw error;
    }
    client.on('end', onLost);
    return client;
  }

  #lost(): void {
    this.#client = undefined;
    if (this.#isClosed || this.#channels.size === 0) return;
    const delay = backoffDelay(RETRY, this.#failures, Math.random());
    this.#retry = setTimeout(() => void this.#reconnect(), delay);
  }

  async #reconnect(): Promise<void> {
    if (this.#isClosed) return;
    try {
      this.#client ??= this.#connect();
      await this.#client;
    } catch {
      this.#failures += 1;
      this.#lost();
      return;
    }
    this.#failures = 0;
    for (const listeners of this.#channels.values()) for (const { onGap } of listeners) onGap?.();
  }
}
