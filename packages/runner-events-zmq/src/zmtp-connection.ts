import { EventPluginError } from '@receptorjs/runner-events';
import { connect, type IpcNetConnectOpts, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Mechanism } from './mechanism.js';
import {
  decodeCommand,
  decodeGreeting,
  encodeCommand,
  encodeGreeting,
  FrameReader,
  type Frame,
} from './zmtp-codec.js';

/** A message that was written and whose arrival is not known. */
interface Pending {
  readonly number: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * A connection of a PUSH socket to a PULL socket in ZMTP 3.1. Owns its socket and what was written and not answered yet.
 *
 * Behind messages goes a PING; its PONG says that all before it was read. One PING is under way at a time.
 */
export class ZmtpConnection {
  readonly #socket: Socket;
  readonly #mechanism: Mechanism;
  readonly #reader = new FrameReader();
  readonly #acknowledge: boolean;
  readonly #pending: Pending[] = [];
  #state: 'greeting' | 'handshake' | 'open' | 'closed' = 'greeting';
  #written = 0;
  #asking = false;
  #opened: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;

  /** Resolves when messages may be sent; rejects when the far side is not there, is no PULL socket or refuses. */
  readonly ready: Promise<void>;

  /** @param acknowledge whether to ask that messages have arrived; otherwise, written means arrived */
  constructor(
    to: TcpNetConnectOpts | IpcNetConnectOpts,
    mechanism: Mechanism,
    acknowledge: boolean,
  ) {
    this.#mechanism = mechanism;
    this.#acknowledge = acknowledge;
    this.ready = new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#failed = reject;
    });
    // The sender gets it.
    this.ready.catch(() => undefined);
    this.#socket = connect(to);
    this.#socket.setNoDelay(true);
    this.#socket.write(encodeGreeting(mechanism.name));
    this.#socket.on('data', (bytes) => this.#guarded(() => this.#take(bytes)));
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => this.destroy(new Error('the far side closed the connection')));
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Sends a message of one part once {@link ready}; resolves when the far side has it. */
  send(body: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'open') {
        reject(new EventPluginError('unreachable', 'the connection is closed'));
        return;
      }
      this.#written += 1;
      this.#pending.push({ number: this.#written, resolve, reject });
      const frame = this.#mechanism.wrap(body, 'message');
      if (this.#acknowledge) {
        this.#socket.write(frame);
        this.#ask();
      } else {
        const upTo = this.#written;
        this.#socket.write(frame, () => this.#arrived(upTo));
      }
    });
  }

  /** Ends it; what waits fails. */
  destroy(error: Error): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.destroy();
    this.#failed(error);
    for (const pending of this.#pending.splice(0)) pending.reject(error);
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(bytes: Buffer): void {
    this.#reader.push(bytes);
    if (this.#state === 'greeting') {
      const greeting = this.#reader.greeting();
      if (greeting === undefined) return;
      const theirs = decodeGreeting(greeting);
      if (theirs !== this.#mechanism.name)
        throw new EventPluginError(
          'unreachable',
          `the far side wants the mechanism ${theirs}, the settings make it ${this.#mechanism.name}`,
        );
      this.#state = 'handshake';
      this.#socket.write(this.#mechanism.begin());
    }
    for (
      let frame = this.#reader.frame();
      frame !== undefined && !this.isClosed;
      frame = this.#reader.frame()
    )
      this.#handle(frame);
  }

  #handle(frame: Frame): void {
    if (this.#state === 'handshake') {
      const answer = this.#mechanism.next(decodeCommand(frame.body));
      if (answer !== undefined) {
        this.#socket.write(answer);
        return;
      }
      this.#state = 'open';
      this.#opened();
      return;
    }
    const { isCommand, body } = this.#mechanism.unwrap(frame);
    const { name, data } = decodeCommand(body);
    // Of a PULL socket nothing else is of interest.
    if (!isCommand) return;
    if (name === 'PING') this.#command('PONG', data.subarray(2, 18));
    if (name === 'PONG' && data.length === 8) {
      this.#asking = false;
      this.#arrived(Number(data.readBigUInt64BE()));
      if (this.#pending.length > 0) this.#ask();
    }
  }

  /** Asks, when all that is to be written now has been, whether it arrived. */
  #ask(): void {
    if (this.#asking) return;
    this.#asking = true;
    setImmediate(() => {
      if (this.#state !== 'open') return;
      const upTo = Buffer.alloc(8);
      upTo.writeBigUInt64BE(BigInt(this.#written));
      // No time to live: the far side need not watch for more of them.
      this.#command('PING', Buffer.alloc(2), upTo);
    });
  }

  #command(name: string, ...data: readonly Buffer[]): void {
    this.#socket.write(this.#mechanism.wrap(encodeCommand(name, ...data), 'command'));
  }

  #arrived(upTo: number): void {
    while (this.#pending[0] !== undefined && this.#pending[0].number <= upTo)
      this.#pending.shift()?.resolve();
  }
}
