import { setTimeout as pause } from 'node:timers/promises';

/** So much is held of events that are delayed. */
const HELD_BYTES = 1024 * 1024;
/** Into how many parts a slow second falls. */
const PARTS = 10;

/** @typedef {AsyncIterable<Buffer>} Bytes */

/**
 * The first so many bytes; when there would be more, says so and ends.
 *
 * @param {Bytes} source
 * @param {number} bytes
 * @param {() => void} reached
 */
export async function* limited(source, bytes, reached) {
  let left = bytes;
  for await (const chunk of source) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (part.length < chunk.length) return reached();
  }
}

/**
 * So many bytes each second.
 *
 * @param {Bytes} source
 * @param {number} bytesPerSecond
 */
export async function* throttled(source, bytesPerSecond) {
  const size = Math.max(1, Math.floor(bytesPerSecond / PARTS));
  for await (const chunk of source)
    for (let at = 0; at < chunk.length; at += size) {
      yield chunk.subarray(at, at + size);
      await pause(1000 / PARTS);
    }
}

/**
 * The events of a watch but for those that are dropped, until it is ended as the API server ends one of a version that
 * it has no more.
 *
 * @param {Bytes} source
 * @param {import('./index.d.mts').WatchFaults} faults
 * @returns {AsyncGenerator<Buffer>}
 */
export async function* watchEvents(source, { drop, goneAfter = Infinity }) {
  let rest = '';
  let index = 0;
  for await (const chunk of source) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (index === goneAfter) {
        yield gone;
        return;
      }
      if (drop?.(JSON.parse(line), index) !== true) yield Buffer.from(`${line}\n`);
      index += 1;
    }
  }
}

/**
 * Each chunk so much later; what is held is bounded.
 *
 * @param {Bytes} source
 * @param {number} delayMs
 */
export async function* delayed(source, delayMs) {
  /** @type {{ due: number, chunk: Buffer }[]} */
  const held = [];
  let bytes = 0;
  let ended = false;
  /** @type {unknown} */
  let failure;
  let changed = () => {};
  const change = () => new Promise((resolve) => (changed = () => resolve(undefined)));
  const read = async () => {
    try {
      for await (const chunk of source) {
        held.push({ due: performance.now() + delayMs, chunk });
        bytes += chunk.length;
        changed();
        while (bytes > HELD_BYTES) await pause(delayMs);
      }
    } catch (error) {
      failure = error;
    }
    ended = true;
    changed();
  };
  void read();
  for (;;) {
    const first = held.shift();
    if (first !== undefined) {
      await pause(Math.max(0, first.due - performance.now()));
      bytes -= first.chunk.length;
      yield first.chunk;
    } else if (failure !== undefined) throw failure;
    else if (ended) return;
    else await change();
  }
}

const gone = Buffer.from(
  `${JSON.stringify({
    type: 'ERROR',
    object: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'too old resource version',
      reason: 'Expired',
      code: 410,
    },
  })}\n`,
);
