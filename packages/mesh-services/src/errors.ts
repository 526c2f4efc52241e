/**
 * What a {@link MeshServiceError} can be about:
 *
 * - `listen-failed`: the operating system refused to listen
 * - `connect-failed`: a connection was not made in time, or given up
 * - `invalid-address`: an address is not `host:port`, or its host name has no address
 * - `invalid-command`: a command line is empty or has an open quote
 * - `invalid-network`: a network or interface name is not what an IP router takes
 * - `unsupported-platform`: this system has no terminals or tun devices of the kind needed
 * - `native-module-missing`: the optional package `koffi` is not installed, or not for this platform
 * - `program-missing`: a program of the system (`ip`, `setsid`) is not there
 * - `permission-denied`: the process may not do this
 * - `device-failed`: a terminal, tun device, address or route could not be set up
 */
export type MeshServiceErrorCode =
  | 'listen-failed'
  | 'connect-failed'
  | 'invalid-address'
  | 'invalid-command'
  | 'invalid-network'
  | 'unsupported-platform'
  | 'native-module-missing'
  | 'program-missing'
  | 'permission-denied'
  | 'device-failed';

/** The one error class of this package. Recognize it by `code`. */
export class MeshServiceError extends Error {
  override readonly name = 'MeshServiceError';

  constructor(
    readonly code: MeshServiceErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The code of an error of the operating system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
