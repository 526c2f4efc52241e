import { quoteShellWord } from '@receptorjs/primitives';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The private data dir of a job while it is sent, or its results while they come: a folder that nobody else can look into. What is secret is in none of its
 * files, for it travels beside them. It owns the folder.
 */
export class PrivateDataDir {
  /** @param onRemoved told when it is gone */
  constructor(
    readonly path: string,
    private readonly onRemoved: () => void = () => undefined,
  ) {}

  /** Makes the folder. */
  async make(): Promise<void> {
    await mkdir(this.path, { mode: 0o700 });
  }

  /** Copies a project into it, without what git keeps beside it. */
  async addProject(folder: string | undefined): Promise<void> {
    if (folder === undefined) await mkdir(join(this.path, 'project'), { mode: 0o700 });
    else await this.addFolder('project', folder);
  }

  /** The same for a folder beside the project. */
  async addFolder(name: string, folder: string): Promise<void> {
    await cp(folder, join(this.path, name), {
      recursive: true,
      // links inside of the project stay what they are
      verbatimSymlinks: true,
      preserveTimestamps: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => basename(source) !== '.git',
    });
  }

  /** The whole command line of a run which is none of a playbook or a module. */
  async addCommand(words: readonly string[]): Promise<void> {
    const text = words.map((word) => quoteShellWord(word)).join(' ');
    await writeFile(join(this.path, 'args'), text, { mode: 0o600 });
  }

  /** Facts that are known of hosts. A name that is none of a file has no facts there. */
  async addFacts(
    ident: string,
    facts: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    const folder = join(this.path, 'artifacts', ident, 'fact_cache');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [host, known] of facts) {
      if (host === '.' || host === '..' || /[/\0]/.test(host)) continue;
      await writeFile(join(folder, host), JSON.stringify(known), { mode: 0o600 });
    }
  }

  /** Removes it with all that is in it. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    this.onRemoved();
  }
}
