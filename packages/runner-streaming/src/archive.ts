import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';
import { StreamError } from './errors.js';

/** A zip archive whose size is known before its first byte is made. */
export interface Archive {
  readonly size: number;
  readonly bytes: AsyncIterable<Buffer>;
}

/** Sum of file sizes up to which an archive is deflated in memory; larger ones are stored as they are. */
export const MAX_DEFLATED_BYTES = 16 * 1024 * 1024;

interface Member {
  /** Path in the archive; folders end in `/`. */
  readonly name: string;
  readonly path: string;
  readonly kind: 'folder' | 'file' | 'link';
  readonly mode: number;
  readonly mtime: Date;
  readonly size: number;
}

/**
 * Packs a folder: regular files, folders and links, links never followed. Pipes, sockets and devices are
 * left out. Nothing is written to disk; memory stays below about twice {@link MAX_DEFLATED_BYTES}.
 *
 * @param skip says which members (by path in the archive, without the final `/`) stay out, with all below them
 * @throws StreamError 'file-changed', while the bytes are taken, when a file shrinks meanwhile.
 */
export async function packFolder(
  folder: string,
  skip: (name: string) => boolean = () => false,
): Promise<Archive> {
  const members: Member[] = [];
  await collect(folder, '', skip, members);
  const total = members.reduce((sum, { size }) => sum + size, 0);
  return total <= MAX_DEFLATED_BYTES ? deflated(members) : stored(members);
}

async function collect(
  folder: string,
  prefix: string,
  skip: (name: string) => boolean,
  members: Member[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = prefix + entry.name;
    if (skip(name)) continue;
    const path = join(folder, entry.name);
    const kind = entry.isDirectory()
      ? 'folder'
      : entry.isFile()
        ? 'file'
        : entry.isSymbolicLink()
          ? 'link'
          : undefined;
    if (kind === undefined) continue;
    const { mode, mtime, size } = await lstat(path);
    members.push({
      name: kind === 'folder' ? `${name}/` : name,
      path,
      kind,
      mode,
      mtime,
      size: kind === 'file' ? size : 0,
    });
    if (kind === 'folder') await collect(path, `${name}/`, skip, members);
  }
}

const LINK_MODE = 0o120777;
const LINK_DATE = new Date(1980, 0, 1);

function common({ mtime, mode }: Member) {
  return { mtime, mode, forceDosTimestamp: true } as const;
}

async function deflated(members: readonly Member[]): Promise<Archive> {
  const zip = new ZipFile();
  for (const member of members) {
    if (member.kind === 'file')
      zip.addBuffer(await readFile(member.path), member.name, common(member));
    else await addSmall(zip, member);
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream as AsyncIterable<Buffer>) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return { size: bytes.length, bytes: Readable.from([bytes]) };
}

async function stored(members: readonly Member[]): Promise<Archive> {
  const zip = new ZipFile();
  let failure: Error | undefined;
  const output = zip.outputStream.pipe(new PassThrough());
  for (const member of members) {
    if (member.kind === 'file')
      zip.addReadStreamLazy(
        member.name,
        { ...common(member), size: member.size, compress: false },
        (give) => {
          const source = createReadStream(member.path, {
            end: Math.max(0, member.size - 1),
            highWaterMark: 1024 * 1024,
          });
          const exact = exactly(member);
          const fail = (error: Error) => {
            failure ??= error;
            output.destroy(error);
          };
          source.on('error', fail);
          exact.on('error', fail);
          give(null, source.pipe(exact));
        },
      );
    else await addSmall(zip, member);
  }
  zip.on('error', (error) => {
    failure ??= error instanceof Error ? error : new Error(String(error));
    output.destroy(failure);
  });
  const size = await finalSize(zip);
  return { size, bytes: output };
}

/** Closes the list of members; yazl then says the size, which its type declarations leave out. */
function finalSize(zip: ZipFile): Promise<number> {
  const sized = zip as unknown as { end(options: object, size: (bytes: number) => void): void };
  return new Promise((resolve) => sized.end({}, resolve));
}

async function addSmall(zip: ZipFile, member: Member): Promise<void> {
  if (member.kind === 'folder') zip.addEmptyDirectory(member.name, common(member));
  else
    zip.addBuffer(await readlink(member.path, { encoding: 'buffer' }), member.name, {
      mode: LINK_MODE,
      mtime: LINK_DATE,
      compress: false,
      forceDosTimestamp: true,
    });
}

/** Lets exactly the size of the member through, and fails when there is less. */
function exactly({ path, size }: Member): Transform {
  let left = size;
  return new Transform({
    highWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      const piece = chunk.subarray(0, left);
      left -= piece.length;
      done(null, piece);
    },
    flush(done) {
      done(
        left > 0
          ? new StreamError('file-changed', `${path} shrank while it was being sent; send it again`)
          : null,
      );
    },
  });
}
