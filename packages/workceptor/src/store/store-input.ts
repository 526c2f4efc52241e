import { point } from '@receptorjs/primitives';
import type { DiskReserve } from '@receptorjs/quotas';
import { WorkError } from '../errors.js';
import { emptyUnitFile, UnitFile } from './unit-file.js';

/** 64 GiB: the most stdin of one submission that is stored unless configured. */
export const DEFAULT_MAX_STDIN_BYTES = 64 * 2 ** 30;

/** What of a submission's stdin is stored here. */
export interface InputLimits {
  /** The most bytes. Default {@link DEFAULT_MAX_STDIN_BYTES}; `Infinity` for no limit. */
  readonly maxBytes?: number | undefined;
  /** What is left alone of the file system. */
  readonly reserve: DiskReserve;
  /** Counts what is about to be written; rejects when it is too much. */
  readonly take?: ((bytes: number) => Promise<void>) | undefined;
}

/**
 * Stores everything up to the end of the input in a new file of mode 0600. What fails leaves an empty file: it is never used.
 *
 * @throws {WorkError} `input-too-long`, or `no-space` when the disk's reserve would be touched; what the input or the system says
 */
export async function storeInput(
  path: string,
  input: AsyncIterable<Uint8Array>,
  limits: InputLimits,
): Promise<void> {
  try {
    await store(path, input, limits);
  } catch (error) {
    emptyUnitFile(path);
    throw error;
  }
}

async function store(
  path: string,
  input: AsyncIterable<Uint8Array>,
  { maxBytes = DEFAULT_MAX_STDIN_BYTES, reserve, take }: InputLimits,
): Promise<void> {
  const file = UnitFile.open(path, 'replace');
  let size = 0;
  try {
    for await (const chunk of input) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new WorkError(
          'input-too-long',
          `it has more than ${maxBytes} bytes, the most that this node stores (maxstdin of node)`,
        );
      }
      if (!(await reserve.admits(chunk.length))) {
        throw new WorkError(
          'no-space',
          'no space on the disk of this node: what is left of it is kept free (diskreserve of node)',
        );
      }
      await take?.(chunk.length);
      await file.write([chunk]);
      point('stdin-begun');
    }
    // a unit that is started after a power cut has all of it
    if (size > 0) await file.datasync();
  } finally {
    file.close();
  }
}
