/**
 * Why the storage refuses something:
 *
 * - `lease-lost`: another controller owns the job by now, or nobody; what the caller wanted to write was not written
 * - `not-found`: there is no such row
 * - `conflict`: a row is no longer as it was read
 */
export type StorageErrorCode = 'lease-lost' | 'not-found' | 'conflict';

/** A refusal of the storage. Recognize it by `code`. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
