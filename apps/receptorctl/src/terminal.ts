import type { JsonValue } from '@receptorjs/control-client';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { indentedJson } from './python-text.js';

/** Prints a line on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a value as JSON on stdout. */
export function printJson(value: JsonValue): void {
  print(indentedJson(value));
}

export function printError(text: string): void {
  process.stderr.write(`ERROR: ${text}\n`);
}

export function printWarning(text: string): void {
  process.stderr.write(`Warning: ${text}\n`);
}

/**
 * Copies a stream to stdout to its end.
 *
 * @returns how many bytes there were
 */
export async function printStream(stream: Readable): Promise<number> {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await pipeline(stream, process.stdout, { end: false });
  return bytes;
}
