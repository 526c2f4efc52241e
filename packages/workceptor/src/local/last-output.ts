import { MAX_LAST_OUTPUT } from '@receptorjs/control-protocol/internal';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { openUnitFileSync } from '../store/unit-file.js';
import { withoutSecrets } from './without-secrets.js';

/** Bytes at the end of a file that are looked at: more than are kept, for what is hidden or of no meaning goes. */
const LOOKED_AT_BYTES = 8 * 1024;

/** Stands where the beginning of a line is left out. */
const CUT = '…';

/**
 * The last lines of a file of output, for people: whole ones, at most 1,024 characters together; of a longer line its end. Terminal sequences are taken out, other control characters become spaces, and what has the form of a secret is hidden.
 *
 * @returns `undefined` when there is no such file, or nothing to show in it
 */
export function readLastOutput(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openUnitFileSync(path, 'read');
    const { size } = fstatSync(file);
    const start = Math.max(0, size - LOOKED_AT_BYTES);
    const bytes = Buffer.alloc(size - start);
    const read = readSync(file, bytes, 0, bytes.length, start);
    return lastLines(bytes.toString('utf8', 0, read), start === 0);
  } catch {
    // what is shown besides must not keep a unit from its end
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * As {@link readLastOutput}, of a text.
 *
 * @param whole whether the text begins where a line does
 */
export function lastLines(text: string, whole = true): string | undefined {
  // a progress bar writes its line anew after each carriage return
  const lines = withoutSecrets(plain(text)).trimEnd().split('\n');
  if (!whole && lines.length > 1) lines.shift();
  let kept = lines.pop() ?? '';
  if (kept.length > MAX_LAST_OUTPUT) return cutFront(kept);
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    if (line.length + 1 + kept.length > MAX_LAST_OUTPUT) break;
    kept = `${line}\n${kept}`;
  }
  const shown = kept.replace(/^\s*\n/u, '');
  return shown === '' ? undefined : shown;
}

function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/gu, '\n')
    .replace(/(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu, ' ');
}

/** Not in the middle of a character of two units. */
function cutFront(line: string): string {
  const end = line.slice(line.length - MAX_LAST_OUTPUT + CUT.length);
  return `${CUT}${/^[\uDC00-\uDFFF]/u.test(end) ? end.slice(1) : end}`;
}
