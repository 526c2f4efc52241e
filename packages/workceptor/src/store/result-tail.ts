import { point } from '@receptorjs/primitives';
import { isFinal } from '@receptorjs/control-protocol';
import { existsSync } from 'node:fs';
import { isMissing } from '../errors.js';
import { UnitFile } from './unit-file.js';
import type { UnitRecord } from './unit-record.js';

/** Bytes read at once: few at first, since most output is short, and in the end enough to carry bulk output, but not too many for thousands of readers. */
const FIRST_BYTES = 16 * 1024;
const MOST_BYTES = 256 * 1024;

/**
 * The bytes of a unit's stdout from a position on, as they come, until the unit was final before a look found no more, the unit is released, or the signal fires. Holds one chunk at a time and reads on only when asked to.
 */
export async function* tailStdout(
  record: UnitRecord,
  startPos: bigint,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let file: UnitFile | undefined;
  let position = startPos;
  let size = FIRST_BYTES;
  try {
    while (!signal.aborted) {
      const { revision, status, released } = record;
      file ??= openIfThere(record.path('stdout'));
      const chunk = file && (await readAt(file, position, size));
      if (chunk) {
        position += BigInt(chunk.length);
        size = chunk.length === size ? Math.min(4 * size, MOST_BYTES) : FIRST_BYTES;
        yield chunk;
        point('results-begun');
      } else if (released || isFinal(status.state)) {
        return;
      } else {
        await record.changed(revision, signal);
      }
    }
  } finally {
    file?.close();
  }
}

function openIfThere(path: string): UnitFile | undefined {
  // most often it is not there yet, and an error costs more than a look
  if (!existsSync(path)) return undefined;
  try {
    return UnitFile.open(path, 'read');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readAt(file: UnitFile, position: bigint, size: number): Promise<Buffer | undefined> {
  if (position > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const buffer = Buffer.allocUnsafeSlow(size);
  const bytesRead = await file.read(buffer, Number(position));
  if (bytesRead === 0) return undefined;
  // small pieces are copied, so that they do not hold the whole buffer
  return bytesRead < size / 4
    ? Buffer.from(buffer.subarray(0, bytesRead))
    : buffer.subarray(0, bytesRead);
}
