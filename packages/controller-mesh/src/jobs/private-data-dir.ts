import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The private data dir of a job while it is sent, or its results while they come: a folder that nobody else can look into. What is secret is in none of its
 * files, for it travels beside them. It owns the folder.
 */
export class PrivateDataDir {
  private constructor(readonly path: string) {}

  /** Makes one, `awx_ID_` and something random, in a folder that there is. */
  static async create(parent: string, jobId: number): Promise<PrivateDataDir> {
    return new PrivateDataDir(await mkdtemp(join(parent, `awx_${jobId}_`)));
  }

  /** Copies a project into it, without what git keeps beside it. */
  async addProject(folder: string | undefined): Promise<void> {
    const project = join(this.path, 'project');
    if (folder === undefined) {
      await mkdir(project, { mode: 0o700 });
      return;
    }
    await cp(folder, project, {
      recursive: true,
      // links inside of the project stay what they are
      verbatimSymlinks: true,
      preserveTimestamps: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => basename(source) !== '.git',
    });
  }

  /** Removes it with all that is in it. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
