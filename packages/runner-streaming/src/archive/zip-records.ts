/** How a member's bytes lie in an archive. */
export const STORED = 0;
export const DEFLATED = 8;

/** Bits of a mode that say what a member is, and their value for a link. */
export const KIND_BITS = 0o170000;
export const LINK_KIND = 0o120000;

export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const END64_SIGNATURE = 0x06064b50;
export const END64_LOCATOR_SIGNATURE = 0x07064b50;
const DESCRIPTOR_SIGNATURE = 0x08074b50;

export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
export const END64_BYTES = 56;
export const END64_LOCATOR_BYTES = 20;

/** Largest values of the fields that have a 64 bit form as well; these values say that the other form holds. */
export const MAX_16 = 0xffff;
export const MAX_32 = 0xffffffff;
/** Tag of the extra field with the 64 bit form. */
export const EXTRA_64 = 1;
/** Longest record of a member without its name. */
export const MAX_RECORD_BYTES = CENTRAL_BYTES + 4 + 3 * 8;

const UNIX = 3 << 8;
const PLAIN_VERSION = 20;
const VERSION_64 = 45;
const SUM_FOLLOWS = 1 << 3;
const NAME_IS_UTF8 = 1 << 11;
const DOS_FOLDER = 0x10;

/** What the records say of a member. */
export interface ZipRecord {
  /** Path in the archive; that of a folder ends in `/`. */
  readonly name: string;
  /** Length of the name in UTF-8. */
  readonly nameBytes: number;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly method: typeof STORED | typeof DEFLATED;
  readonly size: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Checksum; absent where it is only known once the bytes went by. */
  readonly crc: number | undefined;
}

const is64 = (record: ZipRecord) => record.size >= MAX_32 || record.packed >= MAX_32;
const descriptorBytes = (record: ZipRecord) => (is64(record) ? 24 : 16);

/** Bytes of the record before a member's data and of the one after it. */
export function localBytes(record: ZipRecord): number {
  return (
    LOCAL_BYTES +
    record.nameBytes +
    (is64(record) ? 20 : 0) +
    (record.crc === undefined ? descriptorBytes(record) : 0)
  );
}

/** Bytes of a member's record in the directory. */
export function centralBytes(record: ZipRecord, offset: number): number {
  const wide =
    Number(record.size >= MAX_32) + Number(record.packed >= MAX_32) + Number(offset >= MAX_32);
  return CENTRAL_BYTES + record.nameBytes + (wide > 0 ? 4 + 8 * wide : 0);
}

/** Writes the record before a member's data; returns where it ends. */
export function writeLocal(bytes: Buffer, at: number, record: ZipRecord): number {
  const { nameBytes, size, packed, crc } = record;
  const wide = is64(record);
  bytes.writeUInt32LE(LOCAL_SIGNATURE, at);
  writeCommon(bytes, at + 4, record, wide);
  bytes.writeUInt32LE(crc ?? 0, at + 14);
  bytes.writeUInt32LE(wide ? MAX_32 : crc === undefined ? 0 : packed, at + 18);
  bytes.writeUInt32LE(wide ? MAX_32 : crc === undefined ? 0 : size, at + 22);
  bytes.writeUInt16LE(nameBytes, at + 26);
  bytes.writeUInt16LE(wide ? 20 : 0, at + 28);
  const end = at + LOCAL_BYTES + bytes.write(record.name, at + LOCAL_BYTES);
  return wide ? writeWide(bytes, end, [size, packed]) : end;
}

/** Writes the record after the data of a member whose checksum was not known before; returns where it ends. */
export function writeDescriptor(bytes: Buffer, at: number, record: ZipRecord, crc: number): number {
  bytes.writeUInt32LE(DESCRIPTOR_SIGNATURE, at);
  bytes.writeUInt32LE(crc, at + 4);
  if (is64(record)) {
    bytes.writeBigUInt64LE(BigInt(record.packed), at + 8);
    bytes.writeBigUInt64LE(BigInt(record.size), at + 16);
  } else {
    bytes.writeUInt32LE(record.packed, at + 8);
    bytes.writeUInt32LE(record.size, at + 12);
  }
  return at + descriptorBytes(record);
}

/** Writes a member's record in the directory; returns where it ends. */
export function writeCentral(
  bytes: Buffer,
  at: number,
  record: ZipRecord,
  offset: number,
  crc: number,
): number {
  const { name, nameBytes, mode, size, packed } = record;
  const wide = centralBytes(record, offset) - CENTRAL_BYTES - nameBytes;
  bytes.writeUInt32LE(CENTRAL_SIGNATURE, at);
  bytes.writeUInt16LE(UNIX | (wide > 0 ? VERSION_64 : PLAIN_VERSION), at + 4);
  writeCommon(bytes, at + 6, record, wide > 0);
  bytes.writeUInt32LE(crc, at + 16);
  bytes.writeUInt32LE(Math.min(packed, MAX_32), at + 20);
  bytes.writeUInt32LE(Math.min(size, MAX_32), at + 24);
  bytes.writeUInt16LE(nameBytes, at + 28);
  bytes.writeUInt16LE(wide, at + 30);
  // Comment, disk and internal attributes: none.
  bytes.fill(0, at + 32, at + 38);
  bytes.writeUInt32LE(mode * 0x10000 + (name.endsWith('/') ? DOS_FOLDER : 0), at + 38);
  bytes.writeUInt32LE(Math.min(offset, MAX_32), at + 42);
  const end = at + CENTRAL_BYTES + bytes.write(name, at + CENTRAL_BYTES);
  if (wide === 0) return end;
  return writeWide(
    bytes,
    end,
    [size, packed, offset].filter((value) => value >= MAX_32),
  );
}

/** The end of an archive: its directory's place and size, in the 64 bit form too where that is needed. */
export function endRecords(members: number, offset: number, bytes: number): Buffer {
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(Math.min(members, MAX_16), 8);
  end.writeUInt16LE(Math.min(members, MAX_16), 10);
  end.writeUInt32LE(Math.min(bytes, MAX_32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_32), 16);
  if (members < MAX_16 && offset < MAX_32 && bytes < MAX_32) return end;
  const wide = Buffer.alloc(END64_BYTES);
  wide.writeUInt32LE(END64_SIGNATURE, 0);
  wide.writeBigUInt64LE(BigInt(END64_BYTES - 12), 4);
  wide.writeUInt16LE(UNIX | VERSION_64, 12);
  wide.writeUInt16LE(VERSION_64, 14);
  wide.writeBigUInt64LE(BigInt(members), 24);
  wide.writeBigUInt64LE(BigInt(members), 32);
  wide.writeBigUInt64LE(BigInt(bytes), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(END64_LOCATOR_BYTES);
  locator.writeUInt32LE(END64_LOCATOR_SIGNATURE, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([wide, locator, end]);
}

/** Fields that both records of a member have, from `at` on: version, flags, method, time and date. */
function writeCommon(bytes: Buffer, at: number, record: ZipRecord, wide: boolean): void {
  bytes.writeUInt16LE(wide ? VERSION_64 : PLAIN_VERSION, at);
  bytes.writeUInt16LE(NAME_IS_UTF8 | (record.crc === undefined ? SUM_FOLLOWS : 0), at + 2);
  bytes.writeUInt16LE(record.method, at + 4);
  bytes.writeUInt32LE(dosTime(record.time), at + 6);
}

function writeWide(bytes: Buffer, at: number, values: readonly number[]): number {
  bytes.writeUInt16LE(EXTRA_64, at);
  bytes.writeUInt16LE(8 * values.length, at + 2);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), at + 4 + 8 * index));
  return at + 4 + 8 * values.length;
}

/** Date and time as an archive holds them: local, in steps of two seconds, from 1980 to 2107. */
export function dosTime(time: number): number {
  const date = new Date(time);
  const year = date.getFullYear();
  if (!(year >= 1980)) return 0x210000;
  if (year > 2107) return 0xff9fbf7d;
  const day = ((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  const clock = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return day * 0x10000 + clock;
}

/** Milliseconds since 1970 of what {@link dosTime} gives. */
export function timeOfDos(dos: number): number {
  const day = dos >>> 16;
  const clock = dos & 0xffff;
  return new Date(
    (day >> 9) + 1980,
    ((day >> 5) & 15) - 1,
    day & 31,
    clock >> 11,
    (clock >> 5) & 63,
    (clock & 31) * 2,
  ).getTime();
}
