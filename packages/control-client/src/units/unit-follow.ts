import { onAbort } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';
import {
  ControlError,
  isRemoteAnswer,
  type WaitOptions,
  isFinal,
  isStatusChange,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { Outage } from '../connection/outage.js';
import { Backoff } from '../connection/backoff.js';
import { watchOrPoll } from './unit-watch.js';

/** A node as following needs it; a client that opens its connections is one. */
export interface FollowedNode {
  resultStream(
    unitId: string,
    options: WaitOptions & { startPos?: bigint; signature?: string | undefined },
  ): Promise<Duplex>;
  workStatus(unitId: string, wait?: WaitOptions): Promise<UnitStatus>;
  watch(unitId: string, signal?: AbortSignal): AsyncGenerator<UnitStatus, void>;
}

/** How a unit is followed. */
export interface UnitFollowOptions {
  /** The first byte wanted. Default 0. */
  readonly startPos?: number | bigint | undefined;
  readonly signature?: string | undefined;
  /** Stops following; the unit goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without any answer of the node after which it is given up. Default 60,000; `Infinity` for never. */
  readonly lostTimeoutMs?: number | undefined;
  /** Called with each status that differs from the one before. */
  readonly onStatus?: ((status: UnitStatus) => void) | undefined;
}

/** So many connections in a row bring nothing of a unit that has ended: what is missing will not come. */
const BARREN_CONNECTIONS = 2;

/**
 * Follows a unit to its end: one connection brings its status, one its stdout. Both are made anew when they break, the
 * second from the byte where the last one ended.
 */
export class UnitFollow {
  readonly #backoff = new Backoff();
  readonly #over = new AbortController();
  readonly #outage: Outage;
  /** The last status heard; written by `#heard` only. */
  #latest: UnitStatus | undefined;
  /** Bytes up to the next one; written by `#fetch` only. */
  #position: bigint;
  /** The open stream of results; written by `#fetch` only. */
  #stream: Duplex | undefined;
  /** What ended the watching of the status; written by `#watchStatus` only. */
  #failure: Error | undefined;

  constructor(
    private readonly node: FollowedNode,
    private readonly unitId: string,
    private readonly options: UnitFollowOptions = {},
  ) {
    this.#position = BigInt(options.startPos ?? 0);
    this.#outage = new Outage(options.lostTimeoutMs ?? 60_000, () => {
      this.#over.abort();
    });
    onAbort(this.#over.signal, () => this.#stream?.destroy());
  }

  /** The last status heard: the final one once {@link UnitFollow.run} has ended. */
  get status(): UnitStatus | undefined {
    return this.#latest;
  }

  /**
   * The stdout as it comes; ends once the unit has ended and all of it was given.
   *
   * @throws {ControlError} `remote-error` when the node refuses, as for a unit it does not know; `lost`, `aborted`
   */
  async *run(): AsyncGenerator<Uint8Array, void> {
    const { signal: given } = this.options;
    const stop = (): void => {
      this.#over.abort();
    };
    const forget = onAbort(given, stop);
    const watching = this.#watchStatus();
    try {
      for (let barren = 0; ;) {
        const before = this.#position;
        const ended = yield* this.#fetch();
        this.#check();
        barren = ended && this.#position === before ? barren + 1 : 0;
        if (this.#isFinal()) {
          if (this.#isComplete() || barren >= BARREN_CONNECTIONS) return;
        } else {
          await this.#backoff.wait(this.#over.signal);
          this.#check();
        }
      }
    } finally {
      forget();
      this.#outage.over();
      stop();
      await watching;
    }
  }

  /** Gives what one connection brings; `false` when it broke. */
  async *#fetch(): AsyncGenerator<Uint8Array, boolean> {
    const { unitId } = this;
    const { signal } = this.#over;
    const { signature } = this.options;
    try {
      const startPos = this.#position;
      const stream = await this.node.resultStream(unitId, { startPos, signature, signal });
      this.#stream = stream;
      this.#stopIfComplete();
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        this.#position += BigInt(chunk.length);
        this.#markAlive();
        yield chunk;
        this.#stopIfComplete();
      }
      return true;
    } catch (error) {
      if (this.#isComplete()) return true;
      this.#trouble(error);
      return false;
    } finally {
      this.#stream?.destroy();
      this.#stream = undefined;
    }
  }

  /** Never rejects. */
  async #watchStatus(): Promise<void> {
    const { signal } = this.#over;
    const backoff = new Backoff();
    while (!signal.aborted && !this.#isFinal()) {
      try {
        for await (const status of watchOrPoll(this.node, this.unitId, signal)) {
          backoff.reset();
          this.#heard(status);
        }
      } catch (error) {
        if (isRemoteAnswer(error)) {
          this.#failure = error;
          this.#over.abort();
        } else this.#trouble(error);
        await backoff.wait(signal);
      }
    }
  }

  #heard(status: UnitStatus): void {
    const before = this.#latest;
    this.#latest = status;
    this.#markAlive();
    if (isFinal(status.state)) {
      this.#backoff.skip();
      this.#stopIfComplete();
    }
    if (isStatusChange(status, before)) this.options.onStatus?.(status);
  }

  #markAlive(): void {
    this.#outage.over();
    this.#backoff.reset();
  }

  /** @throws the error itself when trying again is no use */
  #trouble(error: unknown): void {
    if (isRemoteAnswer(error)) throw error;
    if (!this.#over.signal.aborted) this.#outage.begin(error);
  }

  /** @throws why following has stopped, if it has */
  #check(): void {
    if (this.options.signal?.aborted) {
      throw new ControlError('aborted', 'aborted by the caller', {
        cause: this.options.signal.reason,
      });
    }
    if (this.#failure) throw this.#failure;
    if (this.#outage.lost) throw this.#outage.lost;
  }

  /** Methods, because their answers change while others wait. */
  #isFinal(): boolean {
    return this.#latest !== undefined && isFinal(this.#latest.state);
  }

  #isComplete(): boolean {
    return this.#isFinal() && this.#position >= (this.#latest?.stdoutSize ?? 0n);
  }

  /** A node of the original never ends the results of a canceled unit; there is nothing to wait for. */
  #stopIfComplete(): void {
    if (this.#isComplete()) this.#stream?.destroy();
  }
}
