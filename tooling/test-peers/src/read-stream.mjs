import { once } from 'node:events';

/** @type {import('./index.d.mts').readLine} */
export async function readLine(stream) {
  let line = '';
  for (;;) {
    const byte = /** @type {Buffer | null} */ (stream.read(1));
    if (byte === null) {
      if (!stream.readable) throw new Error(`the stream ended after ${JSON.stringify(line)}`);
      await Promise.race([once(stream, 'readable'), once(stream, 'end')]);
    } else if (byte[0] === 10) {
      return line;
    } else {
      line += byte.toString('latin1');
    }
  }
}

/** @type {import('./index.d.mts').readUntil} */
export async function readUntil(stream, pattern) {
  let read = '';
  for (;;) {
    const found = pattern.exec(read);
    if (found) return found;
    const chunk = /** @type {Buffer | null} */ (stream.read());
    if (chunk !== null) read += chunk.toString();
    else if (stream.readable) await Promise.race([once(stream, 'readable'), once(stream, 'end')]);
    else throw new Error(`the stream ended after ${JSON.stringify(read)}`);
  }
}
