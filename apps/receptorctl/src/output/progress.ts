import { sizeText } from './unit-table.js';

/** Milliseconds until something that is quickly done is not shown at all, and between two states of the line. */
const SHOW_AFTER_MS = 1_000;
const REFRESH_MS = 500;

/** Where the line is shown. */
export type ProgressTerminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** What is shown. */
export interface ProgressOptions {
  /** What is done with the bytes: `Sent`. */
  readonly verb: string;
  /** How many there will be, where that is known. */
  readonly total?: number | undefined;
  /** Default: stderr. Nothing is shown where it is no terminal. */
  readonly terminal?: ProgressTerminal;
}

/**
 * Hands chunks on, and shows on a terminal how many bytes that were, in one line that is written over again and removed in
 * the end: nothing of it stays, and nothing of it reaches a file.
 */
export async function* withProgress<Chunk extends Uint8Array | string>(
  chunks: AsyncIterable<Chunk>,
  { verb, total, terminal = process.stderr }: ProgressOptions,
): AsyncGenerator<Chunk, void> {
  if (!terminal.isTTY) {
    yield* chunks;
    return;
  }
  const begun = performance.now();
  let bytes = 0;
  const line = { isShown: false };
  const show = (): void => {
    const elapsedMs = performance.now() - begun;
    if (elapsedMs < SHOW_AFTER_MS) return;
    line.isShown = true;
    const of = total === undefined ? '' : ` of ${sizeText(total)}`;
    terminal.write(
      `\r\u001b[K${verb} ${sizeText(bytes)}${of}, ${sizeText(Math.round((bytes * 1000) / elapsedMs))}/s`,
    );
  };
  const timer = setInterval(show, REFRESH_MS);
  try {
    for await (const chunk of chunks) {
      yield chunk;
      bytes += chunk.length;
    }
  } finally {
    clearInterval(timer);
    if (line.isShown) terminal.write('\r\u001b[K');
  }
}
