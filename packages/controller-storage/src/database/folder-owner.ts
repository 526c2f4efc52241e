import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Longer paths can't be those of sockets. */
const LONGEST_PATH = process.platform === 'darwin' ? 103 : 107;

/**
 * That a folder is this process's: two that write one PGlite database destroy it. A socket in the folder proves a living process, and none once that has
 * ended in whatever way. Where no socket can be (Windows, a very long path) the folder is not guarded.
 */
export class FolderOwner {
  readonly #server: Server | undefined;

  private constructor(server: Server | undefined) {
    this.#server = server;
  }

  /** @throws {Error} where another process has the folder */
  static async take(folder: string): Promise<FolderOwner> {
    const path = join(folder, 'owner.sock');
    if (process.platform === 'win32' || Buffer.byteLength(path) > LONGEST_PATH) {
      return new FolderOwner(undefined);
    }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const server = await listen(path);
      if (server) return new FolderOwner(server);
      if (await isAlive(path)) break;
      await setAside(path);
    }
    throw new Error(
      `${folder} is in use by another process; PGlite allows one, several need PostgreSQL (DATABASE_URL)`,
    );
  }

  release(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#server) this.#server.close(() => resolve());
      else resolve();
    });
  }
}

/** Listens; nothing where there is something of that name. */
async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  server.listen(path);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Removes what a dead process has left; puts it back where it is that of one that has just come. */
async function setAside(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    // somebody else has removed it
    return;
  }
  if (await isAlive(aside)) await rename(aside, path);
  else await rm(aside, { force: true });
}
