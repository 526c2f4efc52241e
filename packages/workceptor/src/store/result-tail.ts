import { point } from '@receptorjs/primitives';
import { isFinal } from '@receptorjs/control-protocol';
import type { FileHandle } from 'node:fs/promises';
import { isMissing } from '../errors.js';
import { openUnitFile } from './unit-file.js';
import type { UnitRecord } from './unit-record.js';

/** Bytes read at once: large enough to carry bulk output, small enough for thousands of readers. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of a unit's stdout from a position on, as they come, until the unit was final before a look found no more, the unit is released, or the signal fires. Holds one chunk at a time and reads on only when asked to.
 */
export async function* tailStdout(
  record: UnitRecord,
  startPos: bigint,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let file: FileHandle | undefined;
  let position = startPos;
  try {
    while (!signal.aborted) {
      const { revision, status, released } = record;
      file ??= await openIfThere(record.path('stdout'));
      const chunk = file && (await readAt(file, position));
      if (chunk) {
        position += BigInt(chunk.length);
        yield chunk;
        point('results-begun');
      } else if (released || isFinal(status.state)) {
        return;
      } else {
        await record.changed(revision, signal);
      }
    }
  } finally {
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openUnitFile(path, 'read');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readAt(file: FileHandle, position: bigint): Promise<Buffer | undefined> {
  if (position > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, Number(position));
  if (bytesRead === 0) return undefined;
  // small pieces are copied, so that they do not hold the whole buffer
  return bytesRead < CHUNK_BYTES / 4
    ? Buffer.from(buffer.subarray(0, bytesRead))
    : buffer.subarray(0, bytesRead);
}
