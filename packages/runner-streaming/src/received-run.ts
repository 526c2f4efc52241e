import type { Readable } from 'node:stream';
import { knownLimits, type ArchiveLimits } from './archive/archive-limits.js';
import type { AddFile } from './archive/archive-extraction.js';
import type { ManifestFile } from './blobs/blob-manifest.js';
import { blobsOf, placeBlobs } from './blobs/blob-messages.js';
import type { BlobStore } from './blobs/blob-store.js';
import { StreamError } from './errors.js';
import { isObject, messageOf, messagesIn, type Message } from './messages/message-recovery.js';
import { MessageReader } from './messages/message-reader.js';
import { receiveArchive } from './archive/received-archive.js';
import type { RunArguments } from './run-arguments.js';
import { DamageReport } from './messages/stream-damage.js';

/** What went wrong before the run, as the status message says it. */
export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
  readonly code: string;

  constructor(explanation: string, cause?: unknown) {
    super(explanation, { cause });
    this.code = cause instanceof StreamError ? cause.code : 'bad-line';
  }
}

/** How a run is received. */
export interface RunReception {
  readonly input: Readable;
  /** Folder the private data dir is unpacked to. */
  readonly folder: string;
  /** Whether there is something in the folder that a run without an archive could use. */
  readonly filled: boolean;
  readonly store: BlobStore | undefined;
  readonly limits: ArchiveLimits;
  readonly onDamage: ((sentence: string) => void) | undefined;
}

/** What a transmitting side asked for: a run, or which blobs are missing. */
export type ReceivedRequest =
  | { readonly kind: 'run'; readonly kwargs: RunArguments; readonly accepts: ReadonlySet<string> }
  | { readonly kind: 'query'; readonly digests: readonly string[] };

/**
 * Reads up to the end mark; unpacks the private data dir, if one comes.
 *
 * Lines that are no messages are passed over. A run is refused when one of them may have been its archive.
 *
 * @throws {WorkerFailure} that says what is wrong; the folder is as it was then.
 */
export async function receiveRun(reception: RunReception): Promise<ReceivedRequest> {
  return new Request(reception).receive();
}

/** A request while it arrives. */
class Request {
  readonly #reception: RunReception;
  readonly #reader: MessageReader;
  readonly #damage: DamageReport;
  readonly #accepts = new Set<string>();
  readonly #blobs: ManifestFile[] = [];
  #kwargs: RunArguments | undefined;
  #digests: string[] | undefined;
  #archived = false;
  /** Whether a line was lost that may have been part of the run. */
  #lost = false;

  constructor(reception: RunReception) {
    this.#reception = reception;
    this.#reader = new MessageReader(reception.input);
    this.#damage = new DamageReport(reception.onDamage);
  }

  async receive(): Promise<ReceivedRequest> {
    for (;;)
      for (const [message] of await this.#next()) {
        if ('eof' in message) return this.#complete();
        await this.#take(message);
      }
  }

  async #next(): Promise<readonly Message[]> {
    let line: string | undefined;
    try {
      line = await this.#reader.line();
    } catch (error) {
      if (!(error instanceof StreamError)) throw unreadable(error);
      this.#lost = true;
      this.#damage.line(error.message, 0);
      return [];
    }
    if (line === undefined)
      throw unreadable(
        new StreamError(
          'truncated',
          this.#damage.first === undefined
            ? 'the stream ended without its end mark'
            : `the stream ended without its end mark; its first damaged line is ${this.#damage.first}`,
        ),
      );
    const message = await messageOf(line);
    if (message !== undefined) return [message];
    const found = await messagesIn(line);
    this.#damage.line(harmless(line), found.length);
    if (mayBeOfRun(line, found)) this.#lost = true;
    return found;
  }

  async #take(message: Message[0]): Promise<void> {
    if ('kwargs' in message) {
      if (!isObject(message.kwargs))
        throw new WorkerFailure('The arguments of the run are no mapping.');
      this.#kwargs = message.kwargs;
    } else if ('zipfile' in message) await this.#archive(message.zipfile);
    else if (Array.isArray(message.accepts))
      for (const feature of message.accepts.slice(0, 100)) this.#accepts.add(String(feature));
    else if ('blobs' in message) this.#addBlobs(message.blobs);
    else if (Array.isArray(message.missing_blobs)) this.#addDigests(message.missing_blobs);
  }

  #addDigests(digests: readonly unknown[]): void {
    const asked = (this.#digests ??= []);
    this.#requireCount(asked.length + digests.length);
    for (const digest of digests) asked.push(String(digest));
  }

  #addBlobs(entries: unknown): void {
    if (this.#reception.store === undefined)
      throw new WorkerFailure(
        'The run comes by its contents, but this worker has no blob store; send it with all its files.',
        new StreamError('missing-blobs', 'no blob store'),
      );
    try {
      const files = blobsOf(entries);
      this.#requireCount(this.#blobs.length + files.length);
      for (const file of files) this.#blobs.push(file);
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** A run has as many files by their contents as an archive may have members. */
  #requireCount(files: number): void {
    const { maxMembers } = knownLimits(this.#reception.limits);
    if (files > maxMembers)
      throw unreadable(
        new StreamError('unsafe-archive', `a run names ${files} files; ${maxMembers} are allowed`),
      );
  }

  async #archive(size: unknown): Promise<void> {
    const { folder, limits, store } = this.#reception;
    try {
      await receiveArchive(this.#reader, size, folder, {
        ...limits,
        onForeign: (bytes) => this.#damage.foreign(bytes),
        ...(store !== undefined && {
          beforeLinks: (unpacked: string, added: AddFile) =>
            placeBlobs(this.#blobs, store, unpacked, added),
        }),
      });
    } catch (error) {
      throw new WorkerFailure('Failed to extract private data directory on worker.', error);
    }
    this.#archived = true;
  }

  #complete(): ReceivedRequest {
    if (this.#digests !== undefined) return { kind: 'query', digests: this.#digests };
    if (this.#kwargs === undefined)
      throw this.#lost || this.#damage.lines > 0
        ? unreadable(
            new StreamError(
              'bad-line',
              `the arguments of the run did not come: ${this.#damage.first ?? ''}`,
            ),
          )
        : new WorkerFailure('The transmit stream ended without the arguments of a run.');
    if (!this.#archived && (this.#lost || (this.#damage.lines > 0 && !this.#reception.filled)))
      throw unreadable(
        new StreamError(
          'bad-line',
          `a damaged line may have been the private data dir: ${this.#damage.first ?? ''}`,
        ),
      );
    return { kind: 'run', kwargs: this.#kwargs, accepts: this.#accepts };
  }
}

/** Whether what is left of a damaged line looks like the announcement of an archive or an archive itself. */
function mayBeOfRun(line: string, found: readonly Message[]): boolean {
  const length = found.reduce((sum, [, taken]) => sum - taken.length, line.length);
  if (length > 1000) return true;
  const left = found.reduce((text, [, taken]) => text.replace(taken, () => ''), line);
  return /zipfile|blobs|^[A-Za-z0-9+/=]{60,}/.test(left);
}

/** What may be shown of a damaged line: the arguments of a run hold passwords and keys. */
function harmless(line: string): string {
  return line.length > 200 || /["{}\\]/.test(line) ? `(${line.length} characters)` : line;
}

function unreadable(cause: unknown): WorkerFailure {
  return new WorkerFailure('Failed to JSON parse a line from transmit stream.', cause);
}
