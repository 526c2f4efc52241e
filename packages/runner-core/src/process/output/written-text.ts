import { writeSync } from 'node:fs';

/** Characters that are encoded at once; more would take as much memory again as a large text has. */
const SLICE = 1024 * 1024;

/** A text in slices of at most 1,048,576 characters, none of which ends within a character. */
export function* slicesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + SLICE, text.length);
    if (end < text.length && isFirstHalf(text.charCodeAt(end - 1))) end -= 1;
    yield text.slice(at, end);
    at = end;
  }
}

/** Writes all of a text, or of a part of one, to a file. @returns how many bytes it has */
export function writeText(file: number, text: string): number {
  if (text.length <= SLICE) return writeSlice(file, text);
  let length = 0;
  for (const slice of slicesOf(text)) length += writeSlice(file, slice);
  return length;
}

function writeSlice(file: number, slice: string): number {
  const bytes = Buffer.from(slice);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  return bytes.length;
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
