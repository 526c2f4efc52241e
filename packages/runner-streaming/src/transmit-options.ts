import type { Writable } from 'node:stream';
import type { Manifest } from './blobs/blob-manifest.js';
import type { PortableOptions } from './run-arguments.js';

/** What is sent and where to. */
export interface TransmitOptions extends PortableOptions {
  /** Folder that is sent, except for `artifacts/`, `.git/`, and the files of a running daemon. */
  readonly privateDataDir: string;
  readonly output: Writable;
  /** Send the arguments alone: the other side has the private data dir. */
  readonly onlyTransmitKwargs?: boolean;
  /** Send `artifacts/` too, as the original does: facts that a run begins with are in it. Default false. */
  readonly withArtifacts?: boolean;
  /**
   * Send by contents: what `manifestOf` gave for the private data dir, and which of its files `readKnownBlobs` says the
   * worker has. These stay out of the archive, and the worker keeps the others for later. Give both or none.
   */
  readonly manifest?: Manifest;
  readonly known?: ReadonlySet<string>;
}
