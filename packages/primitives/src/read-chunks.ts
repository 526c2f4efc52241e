import type { Socket } from 'node:net';

/** What one read takes at most, in bytes. */
const CHUNK_BYTES = 262_144;

/** The parts of a socket that hold what its `onread` option sets, which the sockets of a server can't be given. */
interface Internals {
  readonly _handle?: { readonly useUserBuffer?: (memory: Uint8Array) => void } | null;
  [part: symbol]: unknown;
}

/** Read into by all sockets: what is read is taken before anything else is read. */
let memory: Buffer | undefined;

/**
 * Has what a socket receives given to `take`, whose chunk is good until it returns. `take` says whether to go on; after
 * `false` the caller has to resume the socket. Nobody else may read the socket.
 *
 * A plain socket is read into memory that all sockets share, as the option `onread` of `node:net` does it: memory made for each read
 * costs as much as the read. Sockets of TLS, and of a Node.js in which the parts of that option are not found, give chunks of
 * their own.
 */
export function readChunks(socket: Socket, take: (chunk: Buffer) => boolean): void {
  // while it flows, no more than its first buffer is read
  socket.pause();
  const buffered = socket.read() as Buffer | null;
  const goesOn = buffered === null || take(buffered);
  if (!readsInPlace(socket, take)) {
    socket.on('data', (chunk: Buffer) => {
      if (!take(chunk)) socket.pause();
    });
  }
  if (goesOn) socket.resume();
  else socket.pause();
}

/** Whether the socket reads into the shared memory from now on. */
function readsInPlace(socket: Socket, take: (chunk: Buffer) => boolean): boolean {
  if ('encrypted' in socket) return false;
  const internals = socket as unknown as Internals;
  const parts = Object.getOwnPropertySymbols(socket);
  const buffer = parts.find(({ description }) => description === 'kBuffer');
  const callback = parts.find(({ description }) => description === 'kBufferCb');
  const handle = internals._handle;
  if (buffer === undefined || callback === undefined || !handle?.useUserBuffer) return false;
  const shared = (memory ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
  internals[buffer] = shared;
  internals[callback] = (bytes: number) => take(shared.subarray(0, bytes));
  handle.useUserBuffer(shared);
  return true;
}
