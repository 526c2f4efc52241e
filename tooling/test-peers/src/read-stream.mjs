import { once } from 'node:events';

/** @type {import('./index.d.mts').readLine} */
export async function readLine(stream) {
  let line = '';
  for (;;) {
    const byte = /** @type {Buffer | null} */ (stream.read(1));
    if (byte === null) {
      if (!stream.readable) throw new Error(`the stream ended after ${JSON.stringify(line)}`);
      await more(stream);
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
    else if (stream.readable) await more(stream);
    else throw new Error(`the stream ended after ${JSON.stringify(read)}`);
  }
}

/** Resolves when the stream has more to read, or is over in any way. */
async function more(/** @type {NodeJS.ReadableStream} */ stream) {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const events = ['readable', 'end', 'close'].map((event) => once(stream, event, { signal }));
    await Promise.race(events.map((event) => event.catch(ignored)));
  } finally {
    waiting.abort();
  }
}

/** The wait for an event that another one has ended; an error of the stream ends it, too. */
const ignored = () => undefined;
