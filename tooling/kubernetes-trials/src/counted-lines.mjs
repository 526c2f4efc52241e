import { createHash } from 'node:crypto';

/** Bytes of a line, its end included. */
export const LINE_BYTES = 256;
const NUMBER_DIGITS = 12;
const LINES_AT_ONCE = 4096;

/**
 * Words that write so many lines, each of which there is once in all units: the name of the writer and the line's number.
 *
 * @param {string} name of a few letters and digits
 * @param {number} lines
 * @param {number} [aSecond] so many, and then a second's pause; default as fast as it goes
 */
export const lineWriter = (name, lines, aSecond) => ['awk', awkProgram(name, lines, aSecond)];

/**
 * @param {string} name
 * @param {number} lines
 * @param {number | undefined} aSecond
 */
function awkProgram(name, lines, aSecond) {
  const write = `printf "${name} %0${NUMBER_DIGITS}d %s\\n", i, "${padding(name)}"`;
  const pause =
    aSecond === undefined
      ? ''
      : `; if (i % ${aSecond} == ${aSecond - 1}) { fflush(); system("sleep 1") }`;
  return `BEGIN { for (i = 0; i < ${lines}; i++) { ${write}${pause} } }`;
}

const padding = (/** @type {string} */ name) =>
  'x'.repeat(LINE_BYTES - name.length - NUMBER_DIGITS - 3);

/**
 * The same lines, for what the output must be.
 *
 * @param {string} name
 * @param {number} lines
 * @returns {Generator<string>}
 */
export function* countedLines(name, lines) {
  const pad = padding(name);
  for (let at = 0; at < lines; at += LINES_AT_ONCE) {
    let text = '';
    const end = Math.min(lines, at + LINES_AT_ONCE);
    for (let i = at; i < end; i++)
      text += `${name} ${String(i).padStart(NUMBER_DIGITS, '0')} ${pad}\n`;
    yield text;
  }
}

/** SHA-256 of so many lines, in hexadecimal. @param {string} name @param {number} lines */
export function digestOfLines(name, lines) {
  const hash = createHash('sha256');
  for (const text of countedLines(name, lines)) hash.update(text);
  return hash.digest('hex');
}
