import { MeshServiceError } from './errors.js';

/** The calls of the C library that Node has no words for. Results are the C library's. */
export interface NativeCalls {
  /** `ioctl` with a pointer; -1 on failure. */
  ioctl(descriptor: number, request: number, argument: Buffer): number;
  /** Number of bytes, 0 at the end, -1 on failure. */
  read(descriptor: number, into: Buffer, length: number): number;
  unlockpt(descriptor: number): number;
  /** 0, or an error number. */
  ptsname(descriptor: number, into: Buffer, length: number): number;
  /** Waits off the event loop for at most `timeoutMs`; resolves with the number of ready descriptors. */
  poll(descriptors: Buffer, count: number, timeoutMs: number): Promise<number>;
  /** A descriptor that can be read once it was written to; -1 on failure. */
  eventfd(initial: number, flags: number): number;
  /** Why the last call failed: its code, such as `EPERM`. */
  lastError(): string;
}

/**
 * Loads the calls by way of the optional package `koffi`.
 *
 * @param purpose what they are for, for the texts of errors
 * @throws {MeshServiceError} `unsupported-platform`, `native-module-missing`
 */
export async function loadNativeCalls(purpose: string): Promise<NativeCalls> {
  const platform = `${process.platform} ${process.arch}`;
  if (process.platform !== 'linux') {
    throw new MeshServiceError(
      'unsupported-platform',
      `${purpose} works on Linux only, and this is ${platform}`,
    );
  }
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    const poll = library.func('int poll(_Inout_ uint8_t *fds, ulong nfds, int timeout)');
    const codes = new Map<number, string>();
    // of two names for one number the first by letter is the usual one
    for (const [code, number] of Object.entries(koffi.os.errno).sort()) {
      if (!codes.has(number)) codes.set(number, code);
    }
    return {
      ioctl: library.func('int ioctl(int fd, ulong request, _Inout_ uint8_t *argument)'),
      read: library.func('long read(int fd, _Out_ uint8_t *buffer, ulong length)'),
      unlockpt: library.func('int unlockpt(int fd)'),
      ptsname: library.func('int ptsname_r(int fd, _Out_ uint8_t *buffer, ulong length)'),
      eventfd: library.func('int eventfd(uint initial, int flags)'),
      poll: (descriptors, count, timeoutMs) =>
        new Promise((resolve, reject) => {
          poll.async(descriptors, count, timeoutMs, (error: Error | null, ready: number) => {
            if (error) reject(error);
            else resolve(ready);
          });
        }),
      lastError: () => codes.get(koffi.errno()) ?? `error ${koffi.errno()}`,
    };
  } catch (cause) {
    throw new MeshServiceError(
      'native-module-missing',
      `${purpose} needs the optional package koffi, which is not installed or not made for ${platform}; ` +
        'install it with: npm install koffi',
      { cause },
    );
  }
}
