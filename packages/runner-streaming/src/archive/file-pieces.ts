import type { FileHandle } from 'node:fs/promises';

/** Bytes that are gathered for one write: each is a way through the thread pool and back. */
const BATCH_BYTES = 1024 * 1024;

/** Writes all pieces to the file, one after the other, and returns how many bytes these were. */
export async function writePieces(
  file: FileHandle,
  pieces: AsyncIterable<Buffer>,
): Promise<number> {
  let total = 0;
  let batch: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    const bytes = batch.length === 1 ? batch[0] : Buffer.concat(batch);
    batch = [];
    size = 0;
    // Unlike `write`, this goes on until all of it is written.
    if (bytes !== undefined) await file.appendFile(bytes);
  };
  for await (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    total += piece.length;
    if (size >= BATCH_BYTES) await flush();
  }
  if (size > 0) await flush();
  return total;
}
