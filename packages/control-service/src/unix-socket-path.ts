import { lstat, rename, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import { ControlServiceError, type ControlServiceErrorCode } from './errors.js';

interface FileIdentity {
  readonly inode: bigint;
  readonly modifiedNs: bigint;
}

/** Bytes of the longest path of a unix socket, without its NUL: 108 on Linux, 104 elsewhere. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Makes the path of a unix socket free to listen on. A socket on which no process listens is what a stopped or killed node
 * leaves behind, and is removed; anything else stays untouched. Only the very file that was probed is removed: when
 * another node has replaced it meanwhile, that one is put back.
 *
 * @throws {ControlServiceError} `path-too-long`, `no-such-folder`, `path-not-a-socket` or `socket-in-use`
 */
export async function clearSocketPath(path: string): Promise<void> {
  const length = Buffer.byteLength(path);
  if (length > MAX_PATH_BYTES) {
    // it would be cut without a word, and the socket would stand somewhere else
    throw refused(
      'path-too-long',
      path,
      `has ${length} bytes; at most ${MAX_PATH_BYTES} are allowed`,
    );
  }
  await checkSocketFolder(path);
  const found = await socketAt(path);
  if (!found) return;
  if (await answers(path)) throw inUse(path);
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const moved = await socketAt(aside);
  if (moved?.inode !== found.inode || moved.modifiedNs !== found.modifiedNs) {
    await rename(aside, path);
    throw inUse(path);
  }
  await unlink(aside);
}

/**
 * Runs what makes a socket file, which takes its mode from the umask of the process until it is changed: no user but
 * the owner may use it meanwhile. Only the synchronous part runs so. A worker thread can't set the umask.
 */
export function privately<T>(run: () => T): T {
  if (!isMainThread) return run();
  const before = process.umask(0o077);
  try {
    return run();
  } finally {
    process.umask(before);
  }
}

function refused(
  code: ControlServiceErrorCode,
  path: string,
  why: string,
  options?: { cause: unknown },
): ControlServiceError {
  return new ControlServiceError(code, `error opening Unix socket: ${path} ${why}`, options);
}

/**
 * Looks for the folder of a socket, and makes nothing: the system's own error for one that is missing reaches us as a want of permission.
 *
 * @throws {ControlServiceError} `no-such-folder` that names the first folder on the way which is none
 */
export async function checkSocketFolder(path: string): Promise<void> {
  let folder = dirname(path);
  let missing: { folder: string; cause: unknown } | undefined;
  for (;;) {
    try {
      const isFolder = (await stat(folder)).isDirectory();
      if (isFolder && missing === undefined) return;
      const [what, cause] = isFolder
        ? [`${missing?.folder} does not exist`, missing?.cause]
        : [`${folder} is not a folder`, undefined];
      throw refused('no-such-folder', path, `can't be made: ${what}`, { cause });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // what may not be looked at is the system's to refuse
      if (code === 'EACCES') return;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      missing = { folder, cause: error };
      folder = dirname(folder);
    }
  }
}

function inUse(path: string): ControlServiceError {
  return refused(
    'socket-in-use',
    path,
    'is in use by another running node; stop it or choose another filename',
  );
}

async function socketAt(path: string): Promise<FileIdentity | undefined> {
  try {
    const info = await lstat(path, { bigint: true });
    if (!info.isSocket()) {
      throw refused(
        'path-not-a-socket',
        path,
        'exists and is not a socket; it is left as it is, choose another filename',
      );
    }
    return { inode: info.ino, modifiedNs: info.mtimeNs };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Whether something accepts connections at the path. A full backlog counts as an answer. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: Error & { code?: string }) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
