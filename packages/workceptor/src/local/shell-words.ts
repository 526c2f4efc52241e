/** The errors of {@link splitShellWords}, word for word as users of the original know them. */
const openQuote = 'EOF found when expecting closing quote';
const openEscape = 'EOF found after escape character';

/**
 * Splits text into words by the quoting rules of a shell and by nothing else of a shell: single quotes keep everything,
 * double quotes keep everything but a backslash and what it escapes, a backslash keeps the next character, `#` at the
 * start of a word begins a comment that ends with the line. No variables, no globs, no operators.
 *
 * @throws {SyntaxError} for an unclosed quote or a backslash at the end
 */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length;) {
    // all that stands for itself here is taken at once
    const plain = quote === undefined ? outsideQuotes : quote === "'" ? inSingle : inDouble;
    plain.lastIndex = at;
    const end = plain.exec(text)?.index ?? text.length;
    if (end > at) word = (word ?? '') + text.slice(at, end);
    at = end;
    const char = text[at];
    if (char === undefined) break;
    at += 1;
    if (char === '\\') {
      const next = text.codePointAt(at);
      if (next === undefined) throw new SyntaxError(openEscape);
      word = (word ?? '') + String.fromCodePoint(next);
      at += next > 0xffff ? 2 : 1;
    } else if (quote !== undefined) {
      quote = undefined;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '#') {
      if (word !== undefined) word += char;
      else {
        const lineEnd = text.indexOf('\n', at);
        at = lineEnd < 0 ? text.length : lineEnd;
      }
    } else {
      if (word !== undefined) words.push(word);
      word = undefined;
    }
  }
  if (quote !== undefined) throw new SyntaxError(openQuote);
  if (word !== undefined) words.push(word);
  return words;
}

/** What ends a run of plain characters. */
const outsideQuotes = /[\\"' \t\r\n#]/g;
const inDouble = /[\\"]/g;
const inSingle = /'/g;

/** A word as a POSIX shell reads it back unchanged. */
export function quoteShellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
