import { errorText } from '@receptorjs/primitives';
import { randomBytes } from 'node:crypto';
import type { Message } from './message.js';
import { SpoolFolder, type Segment } from './spool-folder.js';

/** Characters that wait in memory before they go to disk, at the front and at the end each. */
const SEGMENT_CHARS = 1024 * 1024;

/** What a spool is made of. */
export interface SpoolOptions {
  /** Folder for the files; made when it is needed. */
  readonly folder: string;
  /** Bytes that may wait on disk; 0 keeps everything in memory. */
  readonly limitBytes: number;
  /** Milliseconds since 1970 at which the run began. Default: now. */
  readonly startedAt?: number;
}

/**
 * Messages that wait to be delivered, in order. The oldest mebibyte and the newest are in memory, the rest is in files;
 * a receiver that keeps up never causes one, unless {@link secure} finds what has waited.
 *
 * At the bound, new events are dropped and counted, so that what was taken stays without gaps; statuses, which are
 * few, are always taken. Files of earlier runs make room first, the oldest before all others.
 *
 * Writes synchronously, a file of a mebibyte at a time: that holds a run up for about a millisecond and bounds memory even
 * where the disk is slow. Owns its files; no other object touches them before {@link keep}.
 *
 * See docs/decisions/0066-event-plugins.md.
 */
export class Spool {
  readonly #folder: SpoolFolder;
  readonly #limit: number;
  readonly #prefix: string;
  #number = 0;
  #front: Message[] = [];
  /** The file the front was read from, and the name it would be written to. */
  #frontFrom: Segment | undefined;
  #frontNumber = 0;
  readonly #segments: Segment[];
  /** Files of earlier runs that wait until this run's own messages are through. */
  readonly #postponed: Segment[] = [];
  #tail: Message[] = [];
  #tailChars = 0;
  /** Whether the front and the tail have waited in memory since the last {@link secure}. */
  #frontWaits = false;
  #tailWaits = false;
  #dropped = 0;
  #lastError: string | undefined;

  constructor(options: SpoolOptions) {
    this.#folder = new SpoolFolder(options.folder);
    this.#limit = options.limitBytes;
    const at = String(options.startedAt ?? Date.now()).padStart(15, '0');
    this.#prefix = `${at}-${randomBytes(4).toString('hex')}`;
    this.#segments = this.#limit > 0 ? this.#folder.adopt() : [];
  }

  /** Messages that were not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why the disk took something not; `undefined` while it takes everything. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Whether the messages {@link peek} gives are of an earlier run. */
  get isEarlier(): boolean {
    return this.#frontFrom?.earlier === true;
  }

  push(message: Message): void {
    const chars = message.body.length;
    if (message.kind === 'event' && !this.#hasRoom(chars)) {
      this.#dropped += 1;
      return;
    }
    this.#tail.push(message);
    this.#tailChars += chars;
    if (this.#tailChars > SEGMENT_CHARS && this.#limit > 0) this.#flush();
  }

  /** The oldest messages, at most `max` and at most a file's worth; all of one run. Empty when nothing waits. */
  peek(max: number): readonly Message[] {
    while (this.#front.length === 0) {
      this.#consumed();
      const last = () => (this.#tail.length === 0 ? this.#postponed.shift() : undefined);
      const segment = this.#segments.shift() ?? last();
      if (segment !== undefined) {
        this.#frontFrom = segment;
        this.#front = this.#read(segment);
      } else if (this.#tail.length > 0) {
        this.#front = this.#tail;
        this.#frontNumber = this.#number++;
        this.#frontWaits = this.#tailWaits;
        this.#emptyTail();
      } else break;
    }
    return this.#front.slice(0, max);
  }

  /** Forgets the oldest `count` messages; they were delivered, or never can be. */
  shift(count: number): void {
    this.#front.splice(0, count);
    if (this.#front.length === 0) this.#consumed();
  }

  /**
   * Lets this run's own messages go first where those of earlier runs can't be delivered; these come again when
   * nothing else waits. So what a receiver never takes holds back no run but the one it is of.
   */
  postpone(): void {
    const own = this.#tail.length > 0 || this.#segments.some(({ earlier }) => !earlier);
    if (!this.isEarlier || !own) return;
    const front = this.#putBack();
    const earlier = this.#segments.filter((segment) => segment.earlier);
    this.#segments.splice(0, earlier.length);
    const waiting = this.#postponed.splice(0);
    for (const segment of [front ?? [], earlier, waiting].flat()) this.#postponed.push(segment);
  }

  /**
   * Writes to disk what has been in memory since the last call, so that it outlives this process. To be called now and
   * then; what is delivered between two calls is never written.
   */
  secure(): void {
    if (this.#limit === 0) return;
    if (this.#frontWaits && this.#front.length > 0 && this.#frontFrom === undefined)
      this.#frontFrom = this.#write(this.#named(this.#frontNumber), this.#front);
    if (this.#tailWaits && this.#tail.length > 0) this.#writeTail();
    this.#frontWaits = this.#front.length > 0;
    this.#tailWaits = this.#tail.length > 0;
  }

  /**
   * Leaves what waits on disk for a later run, and ends this spool.
   *
   * @returns the number of messages that are kept; the others count as dropped.
   */
  keep(): number {
    let kept = 0;
    const front = this.#putBack();
    if (this.#tail.length > 0) this.#flush();
    const all = [front ?? [], this.#segments.splice(0), this.#postponed.splice(0)].flat();
    for (const segment of all) {
      try {
        this.#folder.release(segment);
        kept += segment.count;
      } catch (error) {
        this.#fail(error, segment.count);
      }
    }
    this.#folder.tidy();
    return kept;
  }

  #hasRoom(chars: number): boolean {
    if (this.#tailChars + chars <= SEGMENT_CHARS) return true;
    const idle = this.#front.length === 0 && this.#segments.length === 0 && this.#tail.length === 0;
    if (idle && this.#limit === 0) return true;
    while (this.#onDisk() + this.#tailChars + chars > this.#limit) {
      const from = this.#postponed.length > 0 ? this.#postponed : this.#segments;
      const oldest = from[0];
      if (oldest?.earlier !== true) return false;
      from.shift();
      this.#remove(oldest);
      this.#dropped += oldest.count;
    }
    return true;
  }

  #onDisk(): number {
    return [...this.#postponed, ...this.#segments].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #flush(): void {
    if (this.#writeTail()) return;
    this.#dropped += this.#tail.length;
    this.#emptyTail();
  }

  #writeTail(): boolean {
    const written = this.#write(this.#named(this.#number), this.#tail);
    if (written === undefined) return false;
    this.#number += 1;
    this.#segments.push(written);
    this.#emptyTail();
    return true;
  }

  #emptyTail(): void {
    this.#tail = [];
    this.#tailChars = 0;
    this.#tailWaits = false;
  }

  /** Makes a file of the front again; `undefined` when there is none, or it can't be written. */
  #putBack(): Segment | undefined {
    const front = this.#front;
    const from = this.#frontFrom;
    this.#front = [];
    if (front.length === 0) return undefined;
    const name = from?.name.replace(/-\d+$/, '') ?? this.#named(this.#frontNumber);
    // A file of the same length is the same.
    const isWritten = from?.count === front.length;
    const written = isWritten ? undefined : this.#write(name, front, from?.earlier);
    // Not before the new one is there, so that nothing is lost if this process is ended now.
    if (written !== undefined) this.#consumed();
    this.#frontFrom = undefined;
    const segment = written ?? from;
    if (segment === undefined) this.#dropped += front.length;
    return segment;
  }

  #write(name: string, messages: readonly Message[], earlier = false): Segment | undefined {
    if (this.#limit === 0) return undefined;
    try {
      return this.#folder.write(name, messages, earlier);
    } catch (error) {
      this.#fail(error, 0);
      return undefined;
    }
  }

  #read(segment: Segment): Message[] {
    try {
      const messages = this.#folder.read(segment);
      this.#dropped += Math.max(0, segment.count - messages.length);
      return messages;
    } catch (error) {
      this.#fail(error, segment.count);
      return [];
    }
  }

  #consumed(): void {
    if (this.#frontFrom !== undefined) this.#remove(this.#frontFrom);
    this.#frontFrom = undefined;
  }

  /** A file that stays is sent again by a later run. */
  #remove(segment: Segment): void {
    try {
      this.#folder.remove(segment);
    } catch (error) {
      this.#fail(error, 0);
    }
  }

  #named(number: number): string {
    return `${this.#prefix}-${String(number).padStart(6, '0')}`;
  }

  #fail(error: unknown, lost: number): void {
    this.#dropped += lost;
    this.#lastError = `spool: ${errorText(error)}`;
  }
}
