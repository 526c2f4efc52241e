import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython } from '../python-assets.js';
import { bubblewrapPath } from './test-bubblewrap.js';

/** One call of a stand-in engine. */
export interface EngineCall {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Stands in for podman or docker: really runs what it is told, and remembers how it was called. */
export class StandInEngine {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes one; it is on the `PATH` of this process until {@link remove}. */
  static async make(name: 'podman' | 'docker'): Promise<StandInEngine> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'engine-')));
    const source = fileURLToPath(new URL('stand-in-engine.py', import.meta.url));
    // What a version manager puts in the place of python3 is slow, and changes the PATH.
    const python = await findPython(process.env.PATH ?? '');
    const script = (await readFile(source, 'utf8')).replace(/^#!.*/, `#!${python} -IS`);
    await writeFile(join(folder, name), script, { mode: 0o755 });
    await mkdir(join(folder, 'containers'));
    process.env.PATH = `${folder}:${bubblewrapPath}`;
    return new StandInEngine(folder);
  }

  /** Its calls so far. */
  async calls(): Promise<readonly EngineCall[]> {
    const text = await readFile(join(this.folder, 'calls'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as EngineCall);
  }

  /** Arguments of its `run`. */
  async run(): Promise<readonly string[]> {
    return (await this.calls()).find(({ argv }) => argv.includes('run'))?.argv ?? [];
  }

  remove(): Promise<void> {
    process.env.PATH = bubblewrapPath;
    return rm(this.folder, { recursive: true, force: true });
  }
}
