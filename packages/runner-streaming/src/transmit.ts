import { ConfigurationError } from '@receptorjs/runner-core';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { packFolder } from './archive.js';
import { MessageWriter } from './message-writer.js';
import { toArguments, type PortableOptions } from './run-arguments.js';

/** What is sent and where to. */
export interface TransmitOptions extends PortableOptions {
  /** Folder that is sent, except for `artifacts/`, `.git/`, and the files of a running daemon. */
  readonly privateDataDir: string;
  readonly output: Writable;
  /** Send the arguments alone: the other side has the private data dir. */
  readonly onlyTransmitKwargs?: boolean;
}

const LEFT_AT_ROOT = new Set(['artifacts', 'pid', 'daemon.log', '.artifact_write_lock']);

/**
 * Writes a run to a stream, for a worker to carry out: its arguments, the private data dir as a zip, and the
 * end mark. Resolves when all was handed to the output, which is left open.
 *
 * @throws ConfigurationError when there is no private data dir.
 * @throws StreamError 'file-changed' when a file shrinks while it is sent; the stream then lacks its end.
 */
export async function transmit(options: TransmitOptions): Promise<void> {
  const { privateDataDir, output, onlyTransmitKwargs = false, ...run } = options;
  if (!(await stat(privateDataDir).catch(() => undefined))?.isDirectory())
    throw new ConfigurationError(
      `The private data dir ${privateDataDir} does not exist or is no folder; make it, or name another one.`,
    );
  const ident = run.ident ?? randomUUID().replaceAll('-', '');
  const writer = new MessageWriter(output);
  await writer.line(JSON.stringify({ kwargs: toArguments({ ...run, ident }, privateDataDir) }));
  if (!onlyTransmitKwargs)
    await writer.archive(
      await packFolder(
        privateDataDir,
        (name) => LEFT_AT_ROOT.has(name) || name === '.git' || name.endsWith('/.git'),
      ),
    );
  await writer.end();
}
