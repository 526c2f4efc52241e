/**
 * What a {@link WorkError} can be about:
 *
 * - `unknown-unit`: no unit has this ID
 * - `rejected`: a submission that is refused before anything is stored; the message says why
 * - `input-failed`: the stdin of a unit ended early or could not be stored
 * - `start-failed`: the unit was stored but could not be started
 * - `has-started`: a unit that only was to be removed if it has not
 * - `remote-refused`: the other node answered a request about a remote unit with an error
 * - `too-many-units`: the bound on units is reached
 * - `too-many-queued`: as many units of a work type wait as may, or of one submitter
 * - `too-many-params`: the bound on what units hold in memory is reached
 * - `not-removed`: the folder of a unit could not be removed
 * - `bad-status-file`: a status file can't be read
 * - `unsafe-folder`: another user could have put something into a folder of units; nothing is taken from it
 * - `data-dir-in-use`: another process uses the folder of units; the message says which
 * - `unsafe-file`: a file of a unit is a link, none of the regular kind, or too large
 * - `output-too-long`: a remote unit has more stdout than is stored
 * - `input-too-long`: a submission has more stdin than is stored
 * - `no-space`: the disk is so full that nothing of others is stored
 * - `bad-range`: bytes of stdout that are not there
 * - `not-verifiable`: nothing is known that the stdout of a unit could be compared with
 * - `canceled`: what was asked for is not wanted any more
 * - `protocol-violation`: another node answers again and again what can't be understood or is untrue
 */
export type WorkErrorCode =
  | 'unknown-unit'
  | 'rejected'
  | 'input-failed'
  | 'start-failed'
  | 'has-started'
  | 'remote-refused'
  | 'too-many-units'
  | 'too-many-queued'
  | 'too-many-params'
  | 'not-removed'
  | 'bad-status-file'
  | 'unsafe-folder'
  | 'data-dir-in-use'
  | 'unsafe-file'
  | 'output-too-long'
  | 'input-too-long'
  | 'no-space'
  | 'bad-range'
  | 'not-verifiable'
  | 'canceled'
  | 'protocol-violation';

/** The one error class of this package. Recognize it by `code`; its message is fit for an `ERROR:` reply. */
export class WorkError extends Error {
  override readonly name = 'WorkError';

  constructor(
    readonly code: WorkErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Whether an error of the file system says that something is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Why a disk took nothing, for programs. */
type StorageCode = 'disk-full' | 'disk-read-only' | 'permission-denied';

const storageCodes: Readonly<Record<string, StorageCode>> = {
  'no-space': 'disk-full',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
};

/** Why something failed, for programs: what the error itself says of a disk or a permission, or else `otherwise`. */
export function failureCode<Other extends string>(
  error: unknown,
  otherwise: Other,
): Other | StorageCode {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (typeof code === 'string' ? storageCodes[code] : undefined) ?? otherwise;
}
