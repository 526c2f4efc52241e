import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractArchive, type ExtractionOptions } from './archive-extraction.js';
import { knownLimits, type ArchiveLimits } from './archive-limits.js';
import { requireSpace } from './free-space.js';
import { receiveBase64 } from '../messages/received-base64.js';
import { StreamError } from '../errors.js';
import { writePieces } from './file-pieces.js';
import type { MessageReader } from '../messages/message-reader.js';

/** How an archive is received. */
export interface ReceptionOptions extends ExtractionOptions, ArchiveLimits {
  /** Told when foreign text was removed from the archive, with its bytes. */
  readonly onForeign?: (bytes: number) => void;
}

/**
 * Receives the archive that a `zipfile` line announced and unpacks it. The zip lies in a private temporary
 * folder meanwhile. Text of others that got between is removed where its bounds are clear.
 *
 * @throws {StreamError} when the stream ends too early, the archive is broken or unsafe, or there is no room for it; the target is as it was then.
 */
export async function receiveArchive(
  reader: MessageReader,
  size: unknown,
  target: string,
  options: ReceptionOptions = {},
): Promise<void> {
  const { maxArchiveBytes: limit, diskReserve } = knownLimits(options);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || size > limit)
    throw new StreamError(
      'bad-archive',
      `The size of an archive must be a number from 0 to ${limit}; ${typeof size === 'number' ? `it is ${size}` : 'this is none'}.`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'runner-zip-'));
  try {
    await requireSpace(folder, size, diskReserve);
    const path = join(folder, 'archive.zip');
    const file = await open(path, 'wx', 0o600);
    let received: number;
    try {
      received = await writePieces(file, receiveBase64(reader, size, options.onForeign));
    } finally {
      await file.close();
    }
    if (received !== size)
      throw new StreamError(
        'bad-archive',
        `The archive was announced with ${size} bytes and came with ${received}.`,
      );
    await extractArchive(path, target, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
