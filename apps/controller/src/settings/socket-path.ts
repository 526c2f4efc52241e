import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFolder } from './data-folder.js';

/** Sockets of UNIX have names of about a hundred bytes at most. */
const MAX_SOCKET_PATH = 100;

/** Where the socket of a name in a folder lies: there, or, where that path is too long for a socket, in a folder of its own among temporary ones, which is made. */
export function socketPath(folder: string, name: string): string {
  const path = join(folder, name);
  if (path.length <= MAX_SOCKET_PATH) return path;
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const short = join(tmpdir(), `controller-${digest}`);
  ensureFolder(short);
  return join(short, name);
}
