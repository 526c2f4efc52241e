import { EventPluginError, type Message } from '@receptorjs/runner-events';
import { connect, type IConnackPacket, type MqttClient } from 'mqtt';
import type { BrokerSettings } from './broker-settings.js';

/** What a broker answers to a version it does not know, in 3.1.1 and in 5. */
const UNKNOWN_VERSION = new Set([0x01, 0x84]);

/** What a broker answers when it will never take the message: not authorized, bad topic, bad content. */
const NEVER = new Set([0x87, 0x90, 0x99]);

/** Room for the fixed parts of a message, in bytes, when the broker limits its length. */
const HEAD_BYTES = 64;

/**
 * Bytes a broker may send before one of its messages is complete: it only acknowledges. MQTT allows 256 MiB, which the library
 * would keep.
 */
export const MAX_UNFINISHED_BYTES = 1024 * 1024;

/** One connection to a broker, which is not made again once it is gone. Owns the client of the library. */
export class BrokerConnection {
  /** Version of MQTT: 4 is 3.1.1. */
  readonly version: 4 | 5;
  readonly #broker: BrokerSettings;
  readonly #client: MqttClient;
  #closed = false;
  #versionIsRefused = false;
  /** Longest message the broker takes, in bytes. */
  #longest = Infinity;
  /** Messages the broker takes before it has acknowledged one of them; the library does not mind that. */
  #most = Infinity;
  #underWay = 0;
  /** Those that wait for their turn. */
  readonly #waiting: (() => void)[] = [];
  #fail: (error: Error) => void = () => undefined;
  /** Rejects when the connection is gone; never resolves. */
  readonly #gone: Promise<never>;

  /** Resolves when messages may be published. */
  readonly ready: Promise<void>;

  constructor(broker: BrokerSettings, version: 4 | 5) {
    this.#broker = broker;
    this.version = version;
    const { url, clientId, username, password, tls } = broker;
    this.#client = connect(url, {
      protocolVersion: version,
      clientId,
      clean: true,
      reconnectPeriod: 0,
      ...tls,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    });
    this.#gone = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#gone.catch(() => undefined);
    const connected = new Promise<void>((resolve) => {
      this.#client.once('connect', (packet: IConnackPacket) => {
        this.#longest = packet.properties?.maximumPacketSize ?? Infinity;
        this.#most = packet.properties?.receiveMaximum ?? Infinity;
        resolve();
      });
    });
    this.ready = Promise.race([connected, this.#gone]);
    this.ready.catch(() => undefined);
    this.#client.on('error', (error) => {
      if ('code' in error && UNKNOWN_VERSION.has(error.code)) this.#versionIsRefused = true;
      this.destroy(error);
    });
    let unfinished = 0;
    this.#client.stream.on('data', (piece: Buffer) => {
      unfinished += piece.length;
      if (unfinished > MAX_UNFINISHED_BYTES)
        this.destroy(
          new Error(`the broker sent a message of more than ${MAX_UNFINISHED_BYTES} bytes`),
        );
    });
    this.#client.on('packetreceive', () => {
      unfinished = 0;
    });
    this.#client.on('close', () => this.destroy(new Error('the broker closed the connection')));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether the broker knows no MQTT 5. */
  get versionIsRefused(): boolean {
    return this.#versionIsRefused;
  }

  /** Resolves when the broker has acknowledged the message, as the quality of service asks. */
  async publish(topic: string, { id, kind, body }: Message): Promise<void> {
    const { qos, retainStatus } = this.#broker;
    const payload = Buffer.from(body);
    const length = payload.length + Buffer.byteLength(topic) + Buffer.byteLength(id) + HEAD_BYTES;
    if (length > this.#longest)
      throw new EventPluginError(
        'refused',
        `the broker takes at most ${this.#longest} bytes, a message has ${length}`,
      );
    await Promise.race([this.#turn(), this.#gone]);
    const published = this.#client.publishAsync(topic, payload, {
      qos,
      retain: retainStatus && kind === 'status',
      properties:
        this.version === 5
          ? { contentType: 'application/json', userProperties: { id } }
          : undefined,
    });
    try {
      await Promise.race([published.catch(refusal), this.#gone]);
    } finally {
      // The message that waited longest has the place now.
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }

  /** Resolves when another message may go, in the order of the calls. */
  async #turn(): Promise<void> {
    if (this.#underWay < this.#most) this.#underWay += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Ends it at once; what waits fails. */
  destroy(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fail(error);
    this.#client.end(true);
  }

  /** Takes leave of the broker. */
  async end(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#client.endAsync();
  }
}

/** Throws what became of a message: refused for good, or not. */
function refusal(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'number' || !NEVER.has(code)) throw error;
  throw new EventPluginError('refused', `the broker refused the message: ${String(error)}`, {
    cause: error,
  });
}
