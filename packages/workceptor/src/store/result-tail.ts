import { BufferPool, point } from '@receptorjs/primitives';
import { isFinal } from '@receptorjs/control-protocol';
import { existsSync } from 'node:fs';
import { isMissing } from '../errors.js';
import { AT_ONCE_BYTES, UnitFile } from './unit-file.js';
import type { UnitRecord } from './unit-record.js';

/** Bytes read at once where more has come than is read without another thread: enough to carry bulk output, but not too many for thousands of readers. */
const BULK_BYTES = 512 * 1024;
/** Those that nobody needs; 4 MiB are kept. */
const bulk = new BufferPool(BULK_BYTES, 8);
/** What is short is read here by all and copied, so that it holds no more than it has. */
const short = Buffer.allocUnsafeSlow(AT_ONCE_BYTES);

/**
 * The bytes of a unit's stdout from a position on, as they come, until the unit was final before a look found no more, the unit is released, or the signal fires. Holds one chunk at a time, whose memory is used again
 * once the next is asked for, and reads on only when asked to.
 */
export async function* tailStdout(
  record: UnitRecord,
  startPos: bigint,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let file: UnitFile | undefined;
  let position = startPos;
  /** Memory for much at once, while much is there. */
  let memory: Buffer | undefined;
  const giveBack = (): void => {
    if (memory) bulk.give(memory);
    memory = undefined;
  };
  try {
    while (!signal.aborted) {
      const { revision, status, released } = record;
      file ??= openIfThere(record.path('stdout'));
      const chunk = file && (await readAt(file, position, memory));
      if (chunk && chunk.length > 0) {
        position += BigInt(chunk.length);
        yield chunk;
        point('results-begun');
        if (chunk.length < AT_ONCE_BYTES) giveBack();
        else memory ??= bulk.take();
      } else if (released || isFinal(status.state)) {
        return;
      } else {
        giveBack();
        await record.changed(revision, signal);
      }
    }
  } finally {
    giveBack();
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

/** What is there from a position on, as far as the memory goes; without memory what is short, at once. */
function readAt(
  file: UnitFile,
  position: bigint,
  memory: Buffer | undefined,
): Promise<Buffer> | Buffer {
  if (position > BigInt(Number.MAX_SAFE_INTEGER)) return Buffer.alloc(0);
  const bytesRead = file.read(memory ?? short, Number(position));
  // before anybody else reads there
  if (typeof bytesRead === 'number') return Buffer.from(short.subarray(0, bytesRead));
  return bytesRead.then((bytes) => (memory ?? short).subarray(0, bytes));
}
