import {
  validateJobOptions,
  checkPrivateDataDir,
  spacedJson,
} from '@receptorjs/runner-core/internal';
import { randomUUID } from 'node:crypto';
import { transmitChecks, validateStreamOptions } from './argument-checks.js';
import { packFolder } from './archive/archive.js';
import type { ManifestFile } from './blobs/blob-manifest.js';
import { writeBlobs } from './blobs/blob-messages.js';
import { EVENT_COPY } from './messages/event-copy.js';
import { isExcludedFromTransmit } from './archive/transmit-exclusions.js';
import { MessageWriter } from './messages/message-writer.js';
import type { TransmitOptions } from './transmit-options.js';
import { dataAsFiles } from './run-data.js';
import { STAYS_HERE, toArguments } from './run-arguments.js';

/**
 * Writes a run to a stream, for a worker to carry out: its arguments, the private data dir as a zip, and the
 * end mark. Resolves when all was handed to the output, which is left open.
 *
 * @throws {ConfigurationError} when there is no private data dir.
 * @throws {StreamError} 'file-changed' when a file shrinks while it is sent; the stream then lacks its end. 'bad-name' for a
 * file whose name is no UTF-8, before anything is written.
 */
export async function transmit(options: TransmitOptions): Promise<void> {
  validateJobOptions('transmit', options, {
    without: STAYS_HERE,
    besides: Object.keys(transmitChecks),
  });
  const {
    privateDataDir,
    output,
    onlyTransmitKwargs = false,
    withArtifacts = false,
    manifest = [],
    known,
    ...run
  } = options;
  validateStreamOptions(
    'transmit',
    { privateDataDir, output, onlyTransmitKwargs, withArtifacts, manifest, known },
    transmitChecks,
  );
  await checkPrivateDataDir(privateDataDir);
  const ident = run.ident ?? randomUUID().replaceAll('-', '');
  const data = onlyTransmitKwargs
    ? { options: run, files: [] }
    : await dataAsFiles(run, privateDataDir);
  const kwargs = toArguments({ ...data.options, ident }, privateDataDir);
  const byName = new Map(known === undefined ? [] : manifest.map((file) => [file.name, file]));
  const blobs: ManifestFile[] = [];
  const archive = onlyTransmitKwargs
    ? undefined
    : await packFolder(privateDataDir, {
        skip: (name) => !(withArtifacts && name === 'artifacts') && isExcludedFromTransmit(name),
        added: data.files,
        skipFile: ({ name, size, time }) => {
          const file = byName.get(name);
          // One that has changed since it was hashed is sent as it is now.
          if (file === undefined || file.size !== size || file.time !== time) return false;
          blobs.push(file);
          return known?.has(file.sha256) === true;
        },
      });
  const writer = new MessageWriter(output);
  await writer.line(spacedJson({ kwargs }));
  // The original passes over what it does not know.
  await writer.line(spacedJson({ accepts: [EVENT_COPY] }));
  await writeBlobs(writer, blobs);
  if (archive !== undefined) await writer.archive(archive);
  await writer.end();
}
