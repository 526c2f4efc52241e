import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractArchive, type ExtractionOptions } from './archive-extraction.js';
import { decodeBase64 } from './base64.js';
import { StreamError } from './errors.js';
import { writePieces } from './file-pieces.js';
import type { MessageReader } from './message-reader.js';

/** Largest archive that is received, in bytes. */
export const MAX_ARCHIVE_BYTES = 64 * 1024 ** 3;

/**
 * Receives the archive that a `zipfile` line announced and unpacks it. The zip lies in a private temporary
 * folder meanwhile.
 *
 * @throws StreamError when the stream ends too early, or the archive is broken or unsafe.
 */
export async function receiveArchive(
  reader: MessageReader,
  size: unknown,
  target: string,
  options?: ExtractionOptions,
): Promise<void> {
  if (
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0 ||
    size > MAX_ARCHIVE_BYTES
  )
    throw new StreamError(
      'bad-archive',
      `The size of an archive can't be ${JSON.stringify(size)}.`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'runner-zip-'));
  try {
    const path = join(folder, 'archive.zip');
    const file = await open(path, 'wx', 0o600);
    let received: number;
    try {
      received = await writePieces(file, decodeBase64(reader.bytes(Math.ceil(size / 3) * 4)));
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
