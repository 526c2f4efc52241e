import { errorText } from '@receptorjs/primitives';
import { LoopTurns } from '@receptorjs/bounded-json';
import { makeFolder } from '@receptorjs/runner-core/internal';
import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import {
  knownLimits,
  UnpackedSum,
  type ArchiveLimits,
  type KnownLimits,
} from './archive-limits.js';
import { StreamError } from '../errors.js';
import { writePieces } from './file-pieces.js';
import { requireSpace, spaceOf, WrittenSpace } from './free-space.js';
import { moveTree, type UnpackedFolder } from './move-tree.js';
import {
  badArchive,
  dataPosition,
  readDirectory,
  ZipFile,
  type ZipMember,
} from './zip-directory.js';
import { inOrder } from './zip-overlaps.js';
import { KIND_BITS, LINK_KIND, STORED } from './zip-records.js';

/** How an archive is unpacked. */
export interface ExtractionOptions extends Omit<ArchiveLimits, 'maxArchiveBytes'> {
  /** `inside`: a link that leads out of the target makes the archive unsafe. Default `anywhere`. */
  readonly links?: 'anywhere' | 'inside';
  /**
   * Adds to the unpacked files, in the folder they are in until then, while there are no links in it yet.
   *
   * @param added adds what it adds to what was unpacked, and rejects when that is more than allowed
   */
  readonly beforeLinks?: (folder: string, added: AddFile) => Promise<void>;
}

/** Says that a file will be added to what was unpacked: its path, and its bytes. */
export type AddFile = (name: string, size: number) => Promise<void>;

/** Largest member that is unpacked in one go. */
const MAX_SMALL_BYTES = 1024 * 1024;

/**
 * Unpacks a zip archive into a folder: first all of it into a new folder in there that no other process knows, then each
 * member is moved to its place. So an archive that can't be unpacked leaves nothing behind, and nothing is ever written
 * through a link: links of the archive are made last, and a link that stands in the target already is replaced (as file) or
 * refused (as folder on the way). Modes and times are restored, without set-user-id bits; pipes that stand where a file
 * belongs are removed and the file is left out; folders that exist stay as they are.
 *
 * See docs/decisions/0064-archives-by-hand.md
 * and docs/decisions/0094-what-an-archive-may-become.md.
 *
 * @throws {StreamError} 'bad-archive' when it is no complete zip, 'unsafe-archive' when it would write outside
 * of the target, is larger than allowed or has members that overlap, 'no-space' when the disk has no room; the target is as it was
 * then.
 */
export async function extractArchive(
  archivePath: string,
  target: string,
  options: ExtractionOptions = {},
): Promise<void> {
  const root = resolve(target);
  const first = await makeFolder(root);
  let staging: string | undefined;
  try {
    staging = await mkdtemp(join(root, '.unpacking-'));
    const file = await open(archivePath, 'r');
    let extraction: Extraction;
    try {
      extraction = new Extraction(file, staging, options);
      await extraction.run();
    } finally {
      await file.close();
    }
    await moveTree(staging, root, extraction.folders);
  } catch (error) {
    if (first !== undefined) await rm(first, { recursive: true, force: true });
    throw error;
  } finally {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true });
  }
}

/** One extraction into an empty folder; owns the lists of what has to be done last. */
class Extraction {
  readonly #zip: ZipFile;
  readonly #file: FileHandle;
  readonly #target: string;
  readonly #options: ExtractionOptions;
  /** Folders that are there. */
  readonly #made = new Set<string>(['']);
  readonly #links: { path: string; to: string; name: string }[] = [];
  readonly folders: UnpackedFolder[] = [];
  readonly #limits: KnownLimits;
  readonly #sum: UnpackedSum;
  readonly #space: WrittenSpace;
  readonly #turns = new LoopTurns();

  constructor(file: FileHandle, target: string, options: ExtractionOptions) {
    this.#zip = new ZipFile(file.fd);
    this.#file = file;
    this.#target = target;
    this.#options = options;
    this.#limits = knownLimits(options);
    this.#sum = new UnpackedSum(this.#limits);
    this.#space = new WrittenSpace(target, this.#limits.diskReserve);
  }

  async run(): Promise<void> {
    const directory = await readDirectory(this.#zip, this.#limits.maxMembers, this.#turns);
    const members = await inOrder(this.#zip, directory, this.#turns);
    let space = 0;
    for (const { name, size, packed } of members) {
      this.#sum.add(name, size, packed);
      space += spaceOf(size);
      await this.#turns.due();
    }
    await requireSpace(this.#target, space, this.#limits.diskReserve);
    for (const member of members) {
      await this.#space.add(spaceOf(member.size));
      await this.#extract(member);
      await this.#turns.due();
    }
    await this.#options.beforeLinks?.(this.#target, async (name, size) => {
      this.#sum.add(name, size);
      await this.#space.add(spaceOf(size));
    });
    for (const { path, to, name } of this.#links) {
      this.#link(path, to, name);
      await this.#turns.due();
    }
  }

  #extract(member: ZipMember): void | Promise<void> {
    const { name, mode, time } = member;
    const path = placeOf(name);
    if (path === '') return;
    if (name.endsWith('/')) {
      if (this.#folder(path, name))
        this.folders.push({ path, mode: (mode & 0o777) === 0 ? 0o755 : mode & 0o777, time });
      return;
    }
    this.#folder(parentOf(path), name);
    if ((mode & KIND_BITS) === LINK_KIND) {
      this.#links.push({ path, to: this.#smallData(member).toString('utf8'), name });
      return;
    }
    if (member.size > MAX_SMALL_BYTES || member.packed > MAX_SMALL_BYTES)
      return this.#largeFile(member, join(this.#target, path));
    const data = this.#smallData(member);
    const file = this.#create(path, name);
    try {
      for (let at = 0; at < data.length;) at += writeSync(file, data, at);
      fchmodSync(file, fileMode(mode));
      futimesSync(file, time / 1000, time / 1000);
    } finally {
      closeSync(file);
    }
  }

  #smallData(member: ZipMember): Buffer {
    const packed = this.#zip.at(dataPosition(this.#zip, member), member.packed);
    let data: Buffer;
    try {
      data =
        member.method === STORED
          ? packed
          : inflateRawSync(packed, { maxOutputLength: Math.max(1, member.size) });
    } catch (cause) {
      throw badArchive(cause);
    }
    requireSum(member, data.length, crc32(data));
    return data;
  }

  async #largeFile(member: ZipMember, path: string): Promise<void> {
    const packed = pieces(this.#file, dataPosition(this.#zip, member), member.packed);
    const data =
      member.method === STORED
        ? packed
        : pipeline(packed, createInflateRaw({ chunkSize: 256 * 1024 }), () => undefined);
    const file = await open(path, CREATE, 0o600);
    try {
      await writePieces(file, checked(data as AsyncIterable<Buffer>, member));
      await file.chmod(fileMode(member.mode));
      await file.utimes(member.time / 1000, member.time / 1000);
    } catch (cause) {
      throw cause instanceof StreamError ? cause : badArchive(cause);
    } finally {
      await file.close();
    }
  }

  #create(path: string, name: string): number {
    try {
      return openSync(join(this.#target, path), CREATE, 0o600);
    } catch (cause) {
      throw new StreamError(
        'bad-archive',
        `${JSON.stringify(name)} can't be unpacked: ${errorText(cause)}`,
        { cause },
      );
    }
  }

  /** Makes a folder and those above it; whether the folder is new. */
  #folder(path: string, name: string): boolean {
    if (this.#made.has(path)) return false;
    this.#folder(parentOf(path), name);
    // One that no member is for: a long name would make thousands.
    if (name !== `${path}/`) this.#sum.add(path, 0);
    try {
      mkdirSync(join(this.#target, path), 0o700);
    } catch (cause) {
      throw new StreamError(
        'bad-archive',
        `${JSON.stringify(name)} can't be unpacked: a file stands in its way`,
        { cause },
      );
    }
    this.#made.add(path);
    return true;
  }

  #link(path: string, to: string, name: string): void {
    if (to === '' || to.includes('\0'))
      throw new StreamError('bad-archive', `The link ${JSON.stringify(name)} leads nowhere.`);
    if (this.#options.links === 'inside') requireInside(path, to, name);
    try {
      symlinkSync(to, join(this.#target, path));
    } catch (cause) {
      throw new StreamError(
        'bad-archive',
        `The link ${JSON.stringify(name)} has the place of another member.`,
        { cause },
      );
    }
  }
}

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const fileMode = (mode: number) => ((mode & 0o777) === 0 ? 0o644 : mode & 0o777);

const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Path of a member below the target. */
export function placeOf(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || name.includes('\0') || parts.includes('..'))
    throw new StreamError('unsafe-archive', `${JSON.stringify(name)} leads out of the target.`);
  return parts.join('/');
}

/**
 * Refuses a link that leads out of the target. Where every link does without `..` after a name and ends inside
 * by its text, no chain of them leaves the target either.
 */
function requireInside(path: string, to: string, name: string): void {
  const root = '/target';
  const end = resolve(dirname(join(root, path)), to);
  const inside = end === root || end.startsWith(root + sep);
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

/** Lets the bytes of a member through and fails when they are not what its record says. */
async function* checked(bytes: AsyncIterable<Buffer>, member: ZipMember): AsyncGenerator<Buffer> {
  let sum = 0;
  let size = 0;
  for await (const piece of bytes) {
    sum = crc32(piece, sum);
    size += piece.length;
    if (size > member.size) break;
    yield piece;
  }
  requireSum(member, size, sum);
}

async function* pieces(file: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length;) {
    const wanted = Math.min(MAX_SMALL_BYTES, length - at);
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafe(wanted),
      0,
      wanted,
      start + at,
    );
    if (bytesRead === 0) throw badArchive('it became shorter while it was read');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function requireSum(member: ZipMember, size: number, sum: number): void {
  if (size !== member.size || sum !== member.crc)
    throw new StreamError(
      'bad-archive',
      `${JSON.stringify(member.name)} does not fit its size or its checksum.`,
    );
}
