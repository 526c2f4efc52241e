import { spacedJson } from '@receptorjs/runner-core/internal';
import { lstatSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { placeOf, type AddFile } from '../archive/archive-extraction.js';
import { eachOf, type Manifest, type ManifestFile } from './blob-manifest.js';
import type { BlobStore } from './blob-store.js';
import { StreamError } from '../errors.js';
import { messageOf, messagesIn } from '../messages/message-recovery.js';
import { MessageReader } from '../messages/message-reader.js';
import { MessageWriter } from '../messages/message-writer.js';

/** Entries of one line. */
const LINE_ENTRIES = 1000;
/** Files after which other work of the process gets its turn. */
const TURN = 256;

/**
 * Asks a worker which files of a manifest it does not have: writes what its input gets. A worker without a store, and any
 * that does not know the question, answers with no answer, see {@link readKnownBlobs}. The output is left open.
 */
export async function writeBlobQuery(manifest: Manifest, output: Writable): Promise<void> {
  const writer = new MessageWriter(output);
  const digests = [...new Set(manifest.map(({ sha256 }) => sha256))];
  await writeList(writer, 'missing_blobs', digests);
  await writer.end();
}

/**
 * Reads a worker's answer to {@link writeBlobQuery}, to its end.
 *
 * @returns the SHA-256 of files of the manifest that need not be sent, for `transmit`; `undefined` when the worker did
 * not answer, so that everything has to be sent
 */
export async function readKnownBlobs(
  input: Readable,
  manifest: Manifest,
): Promise<ReadonlySet<string> | undefined> {
  const reader = new MessageReader(input);
  const known = new Set(manifest.map(({ sha256 }) => sha256));
  let answered = false;
  let complete = false;
  try {
    for (let line = await reader.line(); line !== undefined; line = await reader.line())
      for (const [message] of await messagesOf(line)) {
        if (Array.isArray(message.missing_blobs)) {
          answered = true;
          for (const digest of message.missing_blobs) known.delete(String(digest));
        } else if ('eof' in message) complete = true;
      }
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
  }
  return answered && complete ? known : undefined;
}

async function messagesOf(line: string) {
  const message = await messageOf(line);
  return message === undefined ? messagesIn(line) : [message];
}

/** Answers a query. */
export async function answerBlobQuery(
  digests: readonly string[],
  store: BlobStore,
  writer: MessageWriter,
): Promise<void> {
  await writeList(writer, 'missing_blobs', await store.missing(digests));
}

/** Says which files come by their contents, whether they are in the archive or not. */
export async function writeBlobs(writer: MessageWriter, files: Manifest): Promise<void> {
  const entries = files.map(({ name, sha256, size, mode, time }) => [
    name,
    sha256,
    size,
    mode,
    time,
  ]);
  if (entries.length > 0) await writeList(writer, 'blobs', entries);
}

/** At least one line, so that an empty list differs from none. */
async function writeList(
  writer: MessageWriter,
  key: string,
  entries: readonly unknown[],
): Promise<void> {
  for (let at = 0; at === 0 || at < entries.length; at += LINE_ENTRIES)
    await writer.line(spacedJson({ [key]: entries.slice(at, at + LINE_ENTRIES) }));
}

/**
 * Files of a line that {@link writeBlobs} wrote.
 *
 * @throws {StreamError} 'bad-line' when it is none.
 */
export function blobsOf(entries: unknown): ManifestFile[] {
  if (!Array.isArray(entries)) throw notBlobs();
  return entries.map((entry: unknown) => {
    if (!Array.isArray(entry)) throw notBlobs();
    const [name, sha256, size, mode, time] = entry as unknown[];
    if (
      typeof name !== 'string' ||
      typeof sha256 !== 'string' ||
      typeof size !== 'number' ||
      typeof mode !== 'number' ||
      typeof time !== 'number'
    )
      throw notBlobs();
    return { name, sha256, size, mode: mode & 0o777, time };
  });
}

const notBlobs = () => new StreamError('bad-line', 'a list of blobs is malformed');

/**
 * Completes an unpacked folder, before there are links in it: files that did not come in the archive are taken from the
 * store, those that did are kept there.
 *
 * @param added gets each file before it is taken from the store, with the bytes it has there
 * @throws {StreamError} 'missing-blobs' when some are not in the store, 'unsafe-archive' for a name that leads elsewhere.
 */
export async function placeBlobs(
  files: readonly ManifestFile[],
  store: BlobStore,
  folder: string,
  added: AddFile,
): Promise<void> {
  let missing = 0;
  let turn = 0;
  await eachOf(files, async ({ name, sha256, mode, time }) => {
    const path = join(folder, placeOf(name));
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === true) await store.keep(sha256, path);
    else if (await store.take(sha256, path, mode, (size) => added(name, size)))
      utimesSync(path, time / 1000, time / 1000);
    else missing += 1;
    if (++turn % TURN === 0) await setImmediate();
  });
  if (missing > 0)
    throw new StreamError(
      'missing-blobs',
      `${missing} files are not in the blob store any more; send the run with all its files`,
    );
  await store.trim();
}
