import { NodeFS } from '@electric-sql/pglite/nodefs';
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** What Emscripten's file system of the host is made of, as far as it is used here. */
interface HostFiles {
  readonly stream_ops: { fsync?: (stream: HostStream) => number };
  realPath(node: unknown): string;
}

/** An open file; folders have no descriptor. */
interface HostStream {
  readonly nfd?: number;
  readonly node: unknown;
}

/** A folder of the host with an `fsync` that reaches the disk: that of Emscripten's file system of the host does nothing. */
export class SyncedFolder extends NodeFS {
  #failure: Error | undefined;

  /**
   * Throws once the disk has failed: another attempt could succeed without what the first has lost, so nothing is asked of the database any more.
   *
   * @throws {Error}
   */
  check(): void {
    if (this.#failure === undefined) return;
    const why = `the disk of the database has failed (${this.#failure.message}); start again once it is well`;
    throw new Error(why, { cause: this.#failure });
  }

  override async init(
    ...[pglite, options]: Parameters<NodeFS['init']>
  ): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = (module: unknown): void => {
      const files = (module as { readonly NODEFS: HostFiles }).NODEFS;
      files.stream_ops.fsync = ({ nfd, node }) => {
        try {
          if (nfd !== undefined) fsyncSync(nfd);
          else syncFolder(files.realPath(node));
        } catch (error) {
          this.#failure = error as Error;
          throw error;
        }
        return 0;
      };
    };
    const before = (emscriptenOpts.preRun ?? []) as ((module: unknown) => void)[];
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...before, preRun] } };
  }
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
