import { crc32, deflateRawSync } from 'node:zlib';

const S_IFLNK = 0o120000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

/** Kinds of members, as Unix writes them. */
const kinds = { file: S_IFREG | 0o644, link: S_IFLNK | 0o777, folder: S_IFDIR | 0o755 };

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {keyof typeof kinds} kind
 * @property {Buffer} data as it lies in the archive
 * @property {number} method 0 stored, 8 deflated
 * @property {number} size
 * @property {number} crc
 */

/** A member with this content. @param {string} name @param {keyof typeof kinds} kind @param {Buffer} content @returns {Member} */
export function member(name, kind, content) {
  return {
    name,
    kind,
    data: deflateRawSync(content),
    method: 8,
    size: content.length,
    crc: crc32(content),
  };
}

/** @param {Member} member */
function localHeader({ name, data, method, size, crc }) {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(0x21, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name, 'latin1')]);
}

/** @param {Member} member @param {number} offset */
function centralHeader({ name, kind, data, method, size, crc }, offset) {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(0x0314, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(method, 10);
  header.writeUInt16LE(0x21, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(data.length, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(kinds[kind] * 2 ** 16, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name, 'latin1')]);
}

/** @param {Buffer} body @param {readonly Buffer[]} central */
function ended(body, central) {
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, directory, end]);
}

/** An archive of these members. @param {readonly Member[]} members */
export function archiveOf(members) {
  let body = Buffer.alloc(0);
  const central = members.map((each) => {
    const header = centralHeader(each, body.length);
    body = Buffer.concat([body, localHeader(each), each.data]);
    return header;
  });
  return ended(body, central);
}

/**
 * An archive whose members lie in one another: the data of each is a stored block that holds the header of the next, and
 * then the data of the next. A few kilobytes become gigabytes.
 *
 * @param {number} count
 * @param {number} bytes of the innermost one
 */
export function overlappingMembers(count, bytes) {
  let content = Buffer.alloc(bytes);
  let inner = member(`m${count - 1}`, 'file', content);
  const members = [inner];
  for (let at = count - 2; at >= 0; at--) {
    const quoted = localHeader(inner);
    const block = Buffer.alloc(5);
    block.writeUInt16LE(quoted.length, 1);
    block.writeUInt16LE(quoted.length ^ 0xffff, 3);
    content = Buffer.concat([quoted, content]);
    inner = {
      name: `m${at}`,
      kind: 'file',
      method: 8,
      data: Buffer.concat([block, quoted, inner.data]),
      size: content.length,
      crc: crc32(content),
    };
    members.unshift(inner);
  }
  let offset = 0;
  const central = members.map((each) => {
    const header = centralHeader(each, offset);
    // past its header and the beginning of its block lies the header of the next
    offset += 30 + each.name.length + 5;
    return header;
  });
  const [outer = inner] = members;
  return ended(Buffer.concat([localHeader(outer), outer.data]), central);
}
