import { createGzip } from 'node:zlib';

/** Characters of base64 that are written at once; four stand for three bytes. */
const PIECE = 3 * 256 * 1024;

/** Many times the same line, compressed. @param {string} line @param {number} bytes */
export async function gzipOf(line, bytes) {
  const zip = createGzip();
  const block = Buffer.from(line.repeat(Math.ceil(2 ** 20 / line.length)));
  const done = (async () => {
    const pieces = [];
    for await (const piece of zip) pieces.push(piece);
    return Buffer.concat(pieces);
  })();
  for (let at = 0; at < bytes; at += block.length) {
    if (!zip.write(block)) await new Promise((resolve) => zip.once('drain', resolve));
  }
  zip.end();
  return done;
}

/** The stream of a worker that sends an archive of artifacts. @param {Uint8Array} zip */
export function* artifactsStream(zip) {
  yield `{"status": "successful", "command": ["ansible-playbook"], "env": {}, "cwd": "/"}\n`;
  yield `{"zipfile": ${zip.length}}\n`;
  for (let at = 0; at < zip.length; at += PIECE) {
    yield Buffer.from(zip.subarray(at, at + PIECE)).toString('base64');
  }
  yield '{"eof": true}\n';
}

/** The stream of a worker that sends a copy of events. @param {Buffer} gzip */
export function* copyStream(gzip) {
  const copy = { event_copy: gzip.toString('base64'), first: 1, last: 2 };
  yield '{"status": "running", "command": ["ansible-playbook"], "env": {}, "cwd": "/"}\n';
  yield `${JSON.stringify(copy)}\n`;
  yield '{"status": "successful"}\n{"eof": true}\n';
}
