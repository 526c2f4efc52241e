import { removeTree } from '@receptorjs/runner-streaming/internal';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { PrivateDataDir } from './private-data-dir.js';

/** How the folders of processes begin, and of those that can't be known to live. */
const GUARDED = 'process-';
const UNGUARDED = 'unguarded-';
const SOCKET = 'alive.sock';
/** What a socket says that nobody listens at. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);
/** Bytes of the longest path of a Unix socket that every system takes. */
const LONGEST_PATH = 103;

const randomName = (): string => randomBytes(6).toString('hex');

/** The folder of a process, and what proves that the process lives. */
interface Own {
  readonly path: string;
  readonly server: Server | undefined;
}

/**
 * The private data dirs of the jobs of this process, in a folder of its own. A socket in that proves that the process lives, whatever its namespaces; what others have left that do not
 * is removed. Where no socket can be, as with a very long path, the folder is never taken for left. It owns its folder.
 */
export class JobFolders {
  #own: Promise<Own> | undefined;

  /** @param parent a folder that there is; other processes may have it too */
  constructor(private readonly parent: string) {}

  /** Makes one for a job, `awx_ID_` and something random. */
  async create(jobId: number): Promise<PrivateDataDir> {
    const { path } = await this.#folder();
    const dir = new PrivateDataDir(join(path, `awx_${jobId}_${randomName()}`));
    await dir.make();
    return dir;
  }

  /** Removes folders of processes that have ended; what can't be removed is tried again the next time. @returns how many are gone */
  async removeLeftovers(): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.parent)) {
      const folder = join(this.parent, name);
      if (!name.startsWith(GUARDED) || (await isAlive(join(folder, SOCKET)))) continue;
      try {
        await removeTree(folder);
        removed += 1;
      } catch {
        // such as a file of somebody else
      }
    }
    return removed;
  }

  /** Removes its own folder; no job may be under way. */
  async close(): Promise<void> {
    const own = await this.#own?.catch(() => undefined);
    this.#own = undefined;
    if (own === undefined) return;
    await removeTree(own.path).catch(() => undefined);
    if (own.server !== undefined) await new Promise((resolve) => own.server?.close(resolve));
  }

  /** Its folder; a failed attempt is not kept. */
  async #folder(): Promise<Own> {
    const making = (this.#own ??= this.#make());
    try {
      return await making;
    } catch (error) {
      if (this.#own === making) this.#own = undefined;
      throw error;
    }
  }

  async #make(): Promise<Own> {
    const name = randomName();
    const isLong = Buffer.byteLength(join(this.parent, `${GUARDED}${name}`, SOCKET)) > LONGEST_PATH;
    if (isLong || process.platform === 'win32') {
      const path = join(this.parent, `${UNGUARDED}${name}`);
      await mkdir(path, { mode: 0o700 });
      return { path, server: undefined };
    }
    // it gets its name once it is guarded, for others remove at any time
    const unguarded = join(this.parent, `new-${name}`);
    await mkdir(unguarded, { mode: 0o700 });
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.listen(join(unguarded, SOCKET));
    await once(server, 'listening');
    const path = join(this.parent, `${GUARDED}${name}`);
    await rename(unguarded, path);
    return { path, server };
  }
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    // one that is busy is alive
    return !GONE.has((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    socket.destroy();
  }
}
