import { onAbort } from '@receptorjs/primitives';
import { ControlError, writeChunk } from '@receptorjs/control-protocol';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';

/** The stdin of a unit. */
export type Payload = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** How the end of a stdin is told: by its number of bytes, known before, or by the end of the sending half behind a mark. */
export type StdinEnd = { readonly bytes: number } | { readonly mark: string };

/**
 * Sends a stdin. Resolves once it and its end are out of this process; nothing is written any more once it has rejected.
 *
 * @throws {ControlError} `closed`, `aborted`, `wrong-size` when it has another number of bytes than was said; whatever the payload throws
 */
export async function writeStdin(
  stream: Duplex,
  payload: Payload,
  end: StdinEnd,
  signal: AbortSignal | undefined,
): Promise<void> {
  let forget = (): void => undefined;
  let stopped: ControlError | undefined;
  // a payload may be silent for as long as it likes
  const broken = new Promise<never>((_resolve, reject) => {
    const stop = (error: ControlError): void => {
      stopped = error;
      reject(error);
    };
    const onClose = (): void => {
      stop(new ControlError('closed', 'connection was closed'));
    };
    const ignoreAbort = onAbort(signal, () => {
      stop(new ControlError('aborted', 'aborted by the caller', { cause: signal?.reason }));
    });
    stream.once('close', onClose);
    forget = () => {
      ignoreAbort();
      stream.off('close', onClose);
    };
  });
  let left = 'bytes' in end ? end.bytes : Number.POSITIVE_INFINITY;
  const write = async (chunk: Uint8Array | string): Promise<void> => {
    if (stopped) throw stopped;
    left -= Buffer.byteLength(chunk);
    if (left < 0) throw wrongSize(end);
    if (chunk.length > 0) await writeChunk(stream, chunk);
  };
  const writeAll = async (): Promise<void> => {
    if (typeof payload === 'string' || payload instanceof Uint8Array) await write(payload);
    else for await (const chunk of payload) await write(chunk);
    if ('bytes' in end) {
      if (left > 0) throw wrongSize(end);
      return;
    }
    await write(end.mark);
    stream.end();
    await finished(stream, { readable: false });
  };
  try {
    await Promise.race([broken, writeAll()]);
  } finally {
    forget();
  }
}

function wrongSize(end: StdinEnd): ControlError {
  const size = 'bytes' in end ? end.bytes : 0;
  return new ControlError('wrong-size', `stdin has another number of bytes than the ${size} said`);
}
