import { LoopTurns } from '@receptorjs/bounded-json';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { UnitRecord } from '../store/unit-record.js';

/** Milliseconds until what has changed is measured, and until everything is, for others may have written there. */
const CHANGED_MS = 1_000;
const ALL_MS = 300_000;

/** Bytes that a unit has on disk without stdin and stdout, as counted until it is measured. */
export const UNIT_BYTES = 32 * 1024;

/** Bytes of a block as the system counts them. */
const BLOCK_BYTES = 512;

/** Bytes on disk of a folder and the files in it; 0 when it is gone. */
export function folderBytes(dir: string): number {
  try {
    let blocks = lstatSync(dir).blocks;
    for (const name of readdirSync(dir)) {
      blocks += lstatSync(join(dir, name), { throwIfNoEntry: false })?.blocks ?? 0;
    }
    return blocks * BLOCK_BYTES;
  } catch {
    return 0;
  }
}

/**
 * How much the folders of all units have on disk. Those that change are measured once a second, all of them every five minutes, and
 * what is being written of a submission's stdin counts at once. It alone writes its fields.
 */
export class DiskUse {
  readonly #bytes = new Map<UnitRecord, number>();
  #total = 0;
  #changed = new Set<UnitRecord>();
  /** Present while something is to be measured. */
  #soon: NodeJS.Timeout | undefined;
  readonly #all: NodeJS.Timeout;
  #closed = false;
  /** Resolves once what was there at first is measured. */
  readonly #first: Promise<void>;

  /** @param records all there are, asked for again and again */
  constructor(private readonly records: () => UnitRecord[]) {
    this.#first = this.#measureAll();
    this.#all = setInterval(() => void this.#measureAll(), ALL_MS).unref();
  }

  /** Bytes of all units, once all that were there at first are counted. */
  async total(): Promise<number> {
    await this.#first;
    return this.#total;
  }

  /** Bytes of one unit, as last measured. */
  of(record: UnitRecord): number {
    return this.#bytes.get(record) ?? 0;
  }

  /** Something about a unit has changed: perhaps its stdout. */
  notice(record: UnitRecord): void {
    if (record.released) {
      this.#set(record, undefined);
      return;
    }
    if (!this.#bytes.has(record)) this.#set(record, UNIT_BYTES);
    this.#changed.add(record);
    this.#soon ??= setTimeout(() => void this.#measureChanged(), CHANGED_MS).unref();
  }

  /** So many bytes more are being written. */
  grow(record: UnitRecord, bytes: number): void {
    this.#set(record, this.of(record) + bytes);
    this.notice(record);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#soon);
    clearInterval(this.#all);
  }

  #set(record: UnitRecord, bytes: number | undefined): void {
    this.#total += (bytes ?? 0) - this.of(record);
    if (bytes === undefined) this.#bytes.delete(record);
    else this.#bytes.set(record, bytes);
  }

  async #measureChanged(): Promise<void> {
    this.#soon = undefined;
    const changed = this.#changed;
    this.#changed = new Set();
    await this.#measure(changed);
  }

  #measureAll(): Promise<void> {
    return this.#measure(this.records());
  }

  async #measure(records: Iterable<UnitRecord>): Promise<void> {
    const turns = new LoopTurns();
    for (const record of records) {
      if (this.#closed) return;
      this.#set(record, record.released ? undefined : folderBytes(record.dir));
      await turns.due();
    }
  }
}
