import { onAbort } from '@receptorjs/primitives';
import type { DeliverySummary, EventSink, PluginStatus, RunEvent } from '@receptorjs/runner-core';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { DeliveryLimits } from './delivery-settings.js';
import type { Message } from './message.js';
import { retryDelay } from './retry-delay.js';
import type { Spool } from './spool.js';

/** Time a carrier gets to close its connections, in ms. */
const CLOSE_MS = 1000;

/** How often what waits in memory is looked at, in ms; what has been there the last time goes to disk. */
const SECURE_MS = 1000;

/** Takes messages to the far side. Written by a plugin; one carrier serves one sink. */
export interface Carrier {
  /**
   * Hands one message over. Resolves when the far side has taken it and never before. Connects when there is no
   * connection.
   *
   * With a `window` above 1 in the options of `deliver` it is called again before it resolved; messages must then arrive in the
   * order of the calls, and when one fails, those after it must fail too.
   *
   * @param signal aborted when the attempt took too long; what is left of it must then not reach the far side later
   * @throws {EventPluginError} with `code` `refused` when this message will never be taken. After any other error, it is
   *   sent again.
   */
  send(message: Message, signal: AbortSignal): Promise<void>;
  /** Called once, at the end. Waited for a second at most. */
  close(): Promise<void>;
}

/** What a {@link Delivery} works with. */
export interface DeliveryOptions {
  /** Name of the plugin. */
  readonly plugin: string;
  /** As the summary shows it; without credentials. */
  readonly target: string;
  readonly carrier: Carrier;
  readonly spool: Spool;
  readonly limits: DeliveryLimits;
  /** Messages that may be on their way at once. Default 1. */
  readonly window?: number;
  /** Texts that are replaced in what is reported of errors. */
  readonly secrets?: readonly string[];
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * A sink that takes messages at once and delivers them in its own time: in order, each at least once. What fails is
 * tried again after a growing wait for as long as the run lasts, and {@link DeliveryLimits.drainMs} longer; what is left
 * then is kept on disk for a later run. Owns the spool and the carrier.
 *
 * See docs/decisions/0066-event-plugins.md.
 */
export class Delivery implements EventSink {
  readonly #options: DeliveryOptions;
  readonly #run = randomUUID();
  readonly #stop = new AbortController();
  #statuses = 0;
  #closing = false;
  /** Ends the wait for messages, or for the next attempt. */
  #wake: () => void = () => undefined;
  #failures = 0;
  #delivered = 0;
  #deliveredEarlier = 0;
  #refused = 0;
  #retries = 0;
  #lastError: string | undefined;
  readonly #done: Promise<void>;
  readonly #securing: NodeJS.Timeout;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#securing = setInterval(() => options.spool.secure(), SECURE_MS).unref();
    this.#done = this.#deliver();
  }

  status(message: PluginStatus, json: string): void {
    const ident = identOf(message);
    this.#statuses += 1;
    const id = `${ident}/status-${this.#statuses}-${this.#run}`;
    this.#push({ id, kind: 'status', ident, body: json });
  }

  event(event: RunEvent, json: string): void {
    const ident = identOf(event);
    this.#push({ id: `${ident}/${event.counter}-${event.uuid}`, kind: 'event', ident, body: json });
  }

  async close(): Promise<DeliverySummary> {
    const { plugin, target, spool, limits, carrier } = this.#options;
    this.#closing = true;
    // The waits so far were for a run that may last; now there is little time.
    this.#failures = 0;
    this.#wake();
    const timer = setTimeout(() => this.#abort(), limits.drainMs);
    await this.#done;
    clearTimeout(timer);
    clearInterval(this.#securing);
    const undelivered = spool.keep();
    await Promise.race([carrier.close(), abortion(AbortSignal.timeout(CLOSE_MS))]).catch(
      () => undefined,
    );
    const lastError = spool.lastError ?? this.#lastError;
    return {
      plugin,
      target,
      delivered: this.#delivered,
      undelivered,
      dropped: this.#refused + spool.dropped,
      retries: this.#retries,
      deliveredEarlier: this.#deliveredEarlier,
      ...(lastError !== undefined && { lastError }),
    };
  }

  #push(message: Message): void {
    const { spool } = this.#options;
    spool.push(message);
    // What waits because an attempt has failed goes on waiting, unless that was for another run's.
    if (this.#failures === 0 || spool.isEarlier) this.#wake();
  }

  #abort(): void {
    this.#stop.abort();
    this.#wake();
  }

  async #deliver(): Promise<void> {
    const { spool, window = 1 } = this.#options;
    while (!this.#stop.signal.aborted) {
      if (this.#failures > 1) spool.postpone();
      const messages = spool.peek(window);
      if (messages.length === 0) {
        if (this.#closing) return;
        await this.#rest();
        continue;
      }
      const taken = await this.#attempt(messages);
      if (taken > 0) this.#failures = 0;
      if (taken < messages.length) {
        this.#failures += 1;
        await this.#rest(retryDelay(this.#failures, (this.#options.random ?? Math.random)()));
      }
    }
  }

  /** Sends messages and forgets those that were taken; says how many. The others have to be sent again. */
  async #attempt(messages: readonly Message[]): Promise<number> {
    const { carrier, limits, spool } = this.#options;
    const attempt = new AbortController();
    const slow = new Error(`no answer within ${limits.timeoutMs / 1000} s`);
    const timer = setTimeout(() => attempt.abort(slow), limits.timeoutMs);
    const stop = () => attempt.abort(new Error('no answer before the run had ended'));
    const forget = onAbort(this.#stop.signal, stop);
    // Each message of the window may listen to it.
    setMaxListeners(0, attempt.signal);
    const aborted = abortion(attempt.signal);
    const results = await Promise.allSettled(
      // Async, so that what a carrier throws at once is an attempt that failed like any other.
      messages.map(async (message) =>
        Promise.race([carrier.send(message, attempt.signal), aborted]),
      ),
    );
    clearTimeout(timer);
    forget();
    let taken = 0;
    for (const result of results) {
      const refused = result.status === 'rejected' && isRefusal(result.reason);
      if (result.status === 'rejected') this.#remember(result.reason);
      if (result.status === 'rejected' && !refused) break;
      taken += 1;
      if (refused) this.#refused += 1;
      else if (spool.isEarlier) this.#deliveredEarlier += 1;
      else this.#delivered += 1;
    }
    spool.shift(taken);
    if (taken < messages.length && !this.#stop.signal.aborted) this.#retries += 1;
    return taken;
  }

  /** Waits to be woken, at most for a time in ms. */
  async #rest(time?: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (time !== undefined) timer = setTimeout(resolve, time);
    });
    clearTimeout(timer);
    this.#wake = () => undefined;
  }

  #remember(error: unknown): void {
    // An attempt that was cut off by the end of the run says less than one that failed by itself.
    if (this.#stop.signal.aborted && this.#lastError !== undefined) return;
    let text = error instanceof Error ? error.message || error.name : String(error);
    for (const secret of this.#options.secrets ?? [])
      if (secret !== '') text = text.replaceAll(secret, '**********');
    this.#lastError = text.slice(0, 500);
  }
}

/** Workers of other makes may leave it out. */
function identOf(message: object): string {
  return 'runner_ident' in message && typeof message.runner_ident === 'string'
    ? message.runner_ident
    : '';
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'refused';
}

/** Rejects with the signal's reason when that is aborted. */
function abortion(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    onAbort(signal, () => reject(signal.reason as Error));
  });
  // The attempt may have ended before.
  aborted.catch(() => undefined);
  return aborted;
}
