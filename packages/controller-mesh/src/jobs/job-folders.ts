import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PrivateDataDir } from './private-data-dir.js';

/**
 * The private data dirs of the jobs of this process, in a folder that all processes of this node have one after the other: what is in it and is none of this one's was left by one
 * that was killed. It owns that folder.
 */
export class JobFolders {
  readonly #mine = new Set<string>();
  #folder: Promise<string> | undefined;

  /**
   * @param parent a folder that there is; processes of other nodes may have it too
   * @param hostname asks which node this is
   */
  constructor(
    private readonly parent: string,
    private readonly hostname: () => Promise<string>,
  ) {}

  /** Makes one for a job, `awx_ID_` and something random. */
  async create(jobId: number): Promise<PrivateDataDir> {
    const folder = await this.#own();
    const name = `awx_${jobId}_${randomBytes(6).toString('hex')}`;
    const forget = (): void => {
      this.#mine.delete(name);
    };
    // before it is there, for others are removed at any time
    this.#mine.add(name);
    try {
      const dir = new PrivateDataDir(join(folder, name), forget);
      await dir.make();
      return dir;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Removes those that no process has any more. @returns how many */
  async removeLeftovers(): Promise<number> {
    const folder = await this.#own();
    let removed = 0;
    for (const name of await readdir(folder)) {
      if (this.#mine.has(name)) continue;
      await new PrivateDataDir(join(folder, name)).remove();
      removed += 1;
    }
    return removed;
  }

  /** Its folder; a failed attempt is not kept. */
  async #own(): Promise<string> {
    const making = (this.#folder ??= this.#make());
    try {
      return await making;
    } catch (error) {
      if (this.#folder === making) this.#folder = undefined;
      throw error;
    }
  }

  async #make(): Promise<string> {
    // IDs of nodes may have any characters
    const folder = join(this.parent, `node-${encodeURIComponent(await this.hostname())}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
}
