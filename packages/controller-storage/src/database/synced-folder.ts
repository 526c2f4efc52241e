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
  override async init(
    ...[pglite, options]: Parameters<NodeFS['init']>
  ): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = (module: unknown): void => {
      const files = (module as { readonly NODEFS: HostFiles }).NODEFS;
      files.stream_ops.fsync = ({ nfd, node }) => {
        if (nfd !== undefined) fsyncSync(nfd);
        else syncFolder(files.realPath(node));
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
