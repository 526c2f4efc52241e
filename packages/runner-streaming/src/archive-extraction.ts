import { constants } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  open,
  readlink,
  rm,
  symlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { fromFd, type Entry, type ZipFile } from 'yauzl';
import { StreamError } from './errors.js';
import { writePieces } from './file-pieces.js';

/** How an archive is unpacked. */
export interface ExtractionOptions {
  /** `inside`: a link that leads out of the target makes the archive unsafe. Default `anywhere`. */
  readonly links?: 'anywhere' | 'inside';
  /** Most bytes all files together may have. Default 64 GiB. */
  readonly maxBytes?: number;
  /** Most members. Default 1,000,000. */
  readonly maxMembers?: number;
}

const MAX_BYTES = 64 * 1024 ** 3;
const MAX_MEMBERS = 1_000_000;
const MAX_LINK_BYTES = 4096;
const KIND = 0o170000;
const LINK = 0o120000;

/**
 * Unpacks a zip archive into a folder. Nothing is ever written through a link: links of the archive are made last,
 * and a link that stands in the target already is replaced (as file) or refused (as folder on the way).
 * Modes and times are restored, without set-user-id bits; pipes that stand where a file belongs are removed and
 * the file is left out; folders that exist stay as they are.
 *
 * @throws StreamError 'bad-archive' when it is no complete zip, 'unsafe-archive' when it would write outside
 * of the target or is larger than allowed.
 */
export async function extractArchive(
  archivePath: string,
  target: string,
  options: ExtractionOptions = {},
): Promise<void> {
  const file = await open(archivePath, 'r');
  try {
    const zip = await openZip(file);
    const extraction = new Extraction(zip, resolve(target), options);
    await extraction.run();
  } finally {
    await file.close();
  }
}

async function openZip(file: FileHandle): Promise<ZipFile> {
  try {
    return await promisify<number, object, ZipFile>(fromFd)(file.fd, {
      lazyEntries: true,
      autoClose: false,
      // Names are read and judged here: a backslash is a character like any other.
      decodeStrings: false,
      validateEntrySizes: true,
    });
  } catch (cause) {
    throw badArchive(cause);
  }
}

function badArchive(cause: unknown): StreamError {
  return new StreamError(
    'bad-archive',
    `The archive can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
}

/** One extraction; owns the lists of what has to be done last. */
class Extraction {
  readonly #zip: ZipFile;
  readonly #target: string;
  readonly #options: ExtractionOptions;
  /** Folders that are known to be real ones inside of the target. */
  readonly #safe = new Set<string>();
  readonly #links: { path: string; to: string; name: string }[] = [];
  readonly #folders: { path: string; mode: number; time: Date }[] = [];
  #bytes = 0;
  #members = 0;

  constructor(zip: ZipFile, target: string, options: ExtractionOptions) {
    this.#zip = zip;
    this.#target = target;
    this.#options = options;
    this.#safe.add(target);
  }

  async run(): Promise<void> {
    await mkdir(this.#target, { recursive: true, mode: 0o700 });
    for (let entry = await this.#next(); entry !== undefined; entry = await this.#next())
      await this.#extract(entry);
    for (const { path, to, name } of this.#links) await this.#link(path, to, name);
    for (const { path, mode, time } of this.#folders.reverse()) {
      await chmod(path, mode);
      await utimes(path, time, time);
    }
  }

  #next(): Promise<Entry | undefined> {
    return new Promise((give, fail) => {
      const zip = this.#zip;
      const settle = (action: () => void) => {
        zip.off('entry', onEntry);
        zip.off('end', onEnd);
        zip.off('error', onError);
        action();
      };
      const onEntry = (entry: Entry) => settle(() => give(entry));
      const onEnd = () => settle(() => give(undefined));
      const onError = (error: unknown) => settle(() => fail(badArchive(error)));
      zip.on('entry', onEntry);
      zip.on('end', onEnd);
      zip.on('error', onError);
      zip.readEntry();
    });
  }

  async #extract(entry: Entry): Promise<void> {
    const name = entry.fileNameRaw.toString('utf8');
    if (++this.#members > (this.#options.maxMembers ?? MAX_MEMBERS))
      throw new StreamError('unsafe-archive', 'The archive has more members than are allowed.');
    this.#bytes += entry.uncompressedSize;
    if (this.#bytes > (this.#options.maxBytes ?? MAX_BYTES))
      throw new StreamError('unsafe-archive', `The archive is larger than allowed, at ${name}.`);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (name.startsWith('/') || name.includes('\0') || parts.includes('..'))
      throw new StreamError('unsafe-archive', `${JSON.stringify(name)} leads out of the target.`);
    const path = join(this.#target, ...parts);
    const mode = entry.externalFileAttributes >>> 16;
    const time = entry.getLastModDate();
    if (name.endsWith('/')) {
      if (await this.#folder(path, name))
        this.#folders.push({ path, mode: (mode & 0o777) === 0 ? 0o755 : mode & 0o777, time });
      return;
    }
    await this.#folder(dirname(path), name);
    if ((mode & KIND) === LINK) {
      if (entry.uncompressedSize > MAX_LINK_BYTES)
        throw new StreamError('unsafe-archive', `The link ${JSON.stringify(name)} is too long.`);
      this.#links.push({
        path,
        to: (await collect(checked(await this.#open(entry), entry))).toString('utf8'),
        name,
      });
      return;
    }
    if (await this.#pipeRemoved(path, name)) return;
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await writePieces(file, checked(await this.#open(entry), entry));
      await file.chmod((mode & 0o777) === 0 ? 0o644 : mode & 0o777);
      await file.utimes(time, time);
    } catch (cause) {
      throw cause instanceof StreamError ? cause : badArchive(cause);
    } finally {
      await file.close();
    }
  }

  async #open(entry: Entry): Promise<Readable> {
    return new Promise((give, fail) => {
      this.#zip.openReadStream(entry, (error, stream) => {
        if (error) fail(badArchive(error));
        else give(stream);
      });
    });
  }

  /** Makes the way to a folder, each step a real one; whether the folder is new. */
  async #folder(path: string, name: string): Promise<boolean> {
    if (this.#safe.has(path)) return false;
    await this.#folder(dirname(path), name);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && !found.isDirectory())
      throw new StreamError(
        'unsafe-archive',
        `${JSON.stringify(name)} can't be unpacked: ${path} stands in its way and is no folder.`,
      );
    if (found === undefined) await mkdir(path, 0o700);
    this.#safe.add(path);
    return found === undefined;
  }

  /** Clears the place of a file; `true` when a pipe stood there, whose entry is left out. */
  async #pipeRemoved(path: string, name: string): Promise<boolean> {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return false;
    if (found.isDirectory())
      throw new StreamError('bad-archive', `${JSON.stringify(name)} is a folder in the target.`);
    await rm(path);
    return found.isFIFO();
  }

  async #link(path: string, to: string, name: string): Promise<void> {
    if (to === '' || to.includes('\0'))
      throw new StreamError('bad-archive', `The link ${JSON.stringify(name)} leads nowhere.`);
    if (this.#options.links === 'inside') this.#requireInside(path, to, name);
    if ((await readlink(path).catch(() => undefined)) === to) return;
    await this.#pipeRemoved(path, name);
    await symlink(to, path);
  }

  /**
   * Refuses a link that leads out of the target. Where every link does without `..` after a name and ends inside
   * by its text, no chain of them leaves the target either.
   */
  #requireInside(path: string, to: string, name: string): void {
    const end = resolve(dirname(path), to);
    const inside = end === this.#target || end.startsWith(this.#target + sep);
    const steps = to.split('/').filter((step) => step !== '' && step !== '.');
    const climbsLate = steps.some(
      (step, index) => step === '..' && index > 0 && steps[index - 1] !== '..',
    );
    if (to.startsWith('/') || !inside || climbsLate)
      throw new StreamError(
        'unsafe-archive',
        `The link ${JSON.stringify(name)} leads out of the target, to ${JSON.stringify(to)}.`,
      );
  }
}

/** Lets the bytes of a member through and fails at their end when they do not fit the checksum. */
async function* checked(bytes: AsyncIterable<Buffer>, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const piece of bytes) {
    sum = crc32(piece, sum);
    yield piece;
  }
  if (sum !== entry.crc32)
    throw new StreamError(
      'bad-archive',
      `${JSON.stringify(entry.fileNameRaw.toString('utf8'))} does not fit its checksum.`,
    );
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
