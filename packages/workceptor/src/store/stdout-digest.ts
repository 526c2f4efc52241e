import { LoopTurns } from '@receptorjs/bounded-json';
import { isFinal } from '@receptorjs/control-protocol';
import { errorText, type Logger } from '@receptorjs/primitives';
import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { isMissing, WorkError } from '../errors.js';
import type { UnitChange } from '../unit-transition.js';
import { openUnitFileSync, UnitFile } from './unit-file.js';
import type { UnitRecord } from './unit-record.js';

/** Bytes read at once, and of the longest stdout whose digest comes with the end of its unit: some 0.3 ms of work. */
const CHUNK_BYTES = 256 * 1024;

/** Files that are read at once for units that have ended, and as many for requests. */
const READERS = 2;

/** Some bytes of a stdout: from the first one on, up to the one before the second. */
export interface ByteRange {
  readonly startPos: bigint;
  readonly endPos: bigint;
}

/**
 * SHA-256 of bytes of a file in a unit's folder, in lower-case hexadecimal. Holds one piece at a time and shares the event loop.
 *
 * @param isOver asked between pieces: whether nobody wants it any more
 * @throws {WorkError} `bad-range` when the file is shorter; `canceled` when it is not wanted any more; what the system says
 */
export async function digestOf(
  path: string,
  { startPos, endPos }: ByteRange,
  isOver: () => boolean = () => false,
): Promise<string> {
  const hash = createHash('sha256');
  if (startPos === endPos) return hash.digest('hex');
  const file = UnitFile.open(path, 'read');
  try {
    const turns = new LoopTurns();
    let position = Number(startPos);
    const end = Number(endPos);
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position));
    while (position < end) {
      if (isOver()) throw new WorkError('canceled', 'the digest is not wanted any more');
      const piece = buffer.subarray(0, Math.min(CHUNK_BYTES, end - position));
      const bytesRead = await file.read(piece, position);
      if (bytesRead === 0) {
        throw new WorkError('bad-range', `there are no more than ${position} bytes of stdout`);
      }
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
      await turns.due();
    }
    return hash.digest('hex');
  } finally {
    file.close();
  }
}

/** So many at a time; the others wait in the order in which they came. */
class Readers {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.#running >= READERS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await read();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/**
 * The digests of what units have written, computed where they ran. That of a short stdout comes with the end of its unit, that of a
 * longer one after it, in the background.
 *
 * See docs/decisions/0115-output-is-verified-by-digest.md.
 */
export class StdoutDigests {
  readonly #ends = new Readers();
  readonly #requests = new Readers();
  /** Digests that are being computed, by record. */
  readonly #underWay = new Map<UnitRecord, Promise<string>>();
  /** Set by `close`. */
  #closed = false;

  constructor(private readonly log: Logger) {}

  /** Ends a unit that ran here: its status says how, with the digest of its stdout as soon as there is one. */
  end(record: UnitRecord, change: UnitChange & { readonly stdoutSize: bigint }): void {
    const stdoutSha256 = this.#atOnce(record, change.stdoutSize);
    record.update(
      stdoutSha256 === undefined
        ? change
        : { ...change, report: { ...change.report, stdoutSha256 } },
    );
    if (stdoutSha256 === undefined) this.catchUp(record);
  }

  /** Computes in the background what a daemon that was killed had not: nothing where the digest is known, or short and thus older than digests. */
  catchUp(record: UnitRecord): void {
    const { state, report, stdoutSize } = record.status;
    if (!isFinal(state) || report?.stdoutSha256 !== undefined || stdoutSize <= CHUNK_BYTES) return;
    this.whole(record).catch((error: unknown) => {
      if (this.#isOver(record)) return;
      this.log.warning(`[${record.id}] no digest of its stdout: ${errorText(error)}`);
    });
  }

  /** The digest of all that a unit which has ended has written, which its status then tells. */
  async whole(record: UnitRecord): Promise<string> {
    const known = record.status.report?.stdoutSha256;
    if (known !== undefined) return known;
    const underWay = this.#underWay.get(record) ?? this.#compute(record);
    this.#underWay.set(record, underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(record);
    }
  }

  /** The digest of some bytes, as a request wants it, which ends with its signal. */
  range(record: UnitRecord, range: ByteRange, signal: AbortSignal): Promise<string> {
    const isOver = (): boolean => signal.aborted || this.#isOver(record);
    return this.#requests.run(() => digestOf(record.path('stdout'), range, isOver));
  }

  /** What is under way ends. */
  close(): void {
    this.#closed = true;
  }

  async #compute(record: UnitRecord): Promise<string> {
    const range = { startPos: 0n, endPos: record.status.stdoutSize };
    const stdoutSha256 = await this.#ends.run(() =>
      digestOf(record.path('stdout'), range, () => this.#isOver(record)),
    );
    record.update({ report: { stdoutSha256 } });
    return stdoutSha256;
  }

  #isOver(record: UnitRecord): boolean {
    return this.#closed || record.released;
  }

  #atOnce(record: UnitRecord, size: bigint): string | undefined {
    if (size > CHUNK_BYTES) return undefined;
    try {
      const bytes = readStart(record.path('stdout'), Number(size));
      return bytes && createHash('sha256').update(bytes).digest('hex');
    } catch (error) {
      if (!isMissing(error)) this.log.warning(`[${record.id}] ${errorText(error)}`);
      return undefined;
    }
  }
}

/** The first bytes of a file; nothing when there are not so many, or not at once. */
function readStart(path: string, size: number): Buffer | undefined {
  const file = openUnitFileSync(path, 'read');
  try {
    const bytes = Buffer.allocUnsafe(size);
    return readSync(file, bytes, 0, size, 0) === size ? bytes : undefined;
  } finally {
    closeSync(file);
  }
}
