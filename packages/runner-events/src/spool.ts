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
 * a receiver that keeps up never causes one.
 *
 * At the bound, new events are dropped and counted, so that what was taken stays without gaps; statuses, which are
 * few, are always taken. Files of earlier runs make room first, the oldest before all others.
 *
 * Writes synchronously, a file of a mebibyte at a time: that holds a run up for about a millisecond and bounds memory even
 * where the disk is slow. Owns its files; nobody else touches them before {@link keep}.
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
  #tail: Message[] = [];
  #tailChars = 0;
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
      const segment = this.#segments.shift();
      if (segment !== undefined) {
        this.#frontFrom = segment;
        this.#front = this.#read(segment);
      } else if (this.#tail.length > 0) {
        this.#front = this.#tail;
        this.#frontNumber = this.#number++;
        this.#tail = [];
        this.#tailChars = 0;
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
   * Leaves what waits on disk for a later run, and ends this spool.
   *
   * @returns the number of messages that are kept; the others count as dropped.
   */
  keep(): number {
    let kept = 0;
    if (this.#front.length > 0) {
      const from = this.#frontFrom;
      const name = from?.name.replace(/-\d+$/, '') ?? this.#named(this.#frontNumber);
      // Before the file goes, so that nothing is lost if this process is ended now. A file of the same length is the same.
      if (from?.count === this.#front.length) this.#segments.unshift(from);
      else {
        const written = this.#write(name, this.#front, from?.earlier);
        if (written !== undefined) {
          this.#segments.unshift(written);
          this.#consumed();
        }
      }
      this.#frontFrom = undefined;
      this.#front = [];
    }
    if (this.#tail.length > 0) this.#flush();
    for (const segment of this.#segments.splice(0)) {
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
      const oldest = this.#segments[0];
      if (oldest?.earlier !== true) return false;
      this.#segments.shift();
      this.#folder.remove(oldest);
      this.#dropped += oldest.count;
    }
    return true;
  }

  #onDisk(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #flush(): void {
    const written = this.#write(this.#named(this.#number++), this.#tail);
    if (written !== undefined) this.#segments.push(written);
    this.#tail = [];
    this.#tailChars = 0;
  }

  #write(name: string, messages: readonly Message[], earlier = false): Segment | undefined {
    if (this.#limit === 0) {
      this.#dropped += messages.length;
      return undefined;
    }
    try {
      return this.#folder.write(name, messages, earlier);
    } catch (error) {
      this.#fail(error, messages.length);
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
    if (this.#frontFrom !== undefined) this.#folder.remove(this.#frontFrom);
    this.#frontFrom = undefined;
  }

  #named(number: number): string {
    return `${this.#prefix}-${String(number).padStart(6, '0')}`;
  }

  #fail(error: unknown, lost: number): void {
    this.#dropped += lost;
    this.#lastError = `spool: ${error instanceof Error ? error.message : String(error)}`;
  }
}
