/** The errors of {@link splitShellWords}, word for word as users of the original know them. */
const openQuote = 'EOF found when expecting closing quote';
const openEscape = 'EOF found after escape character';

/**
 * Splits text into words by the quoting rules of a shell and by nothing else of a shell: single quotes keep everything,
 * double quotes keep everything but a backslash and what it escapes, a backslash keeps the next character, `#` at the
 * start of a word begins a comment that ends with the line. No variables, no globs, no operators.
 *
 * @throws SyntaxError for an unclosed quote or a backslash at the end
 */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  const chars = Array.from(text);
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    if (char === '\\' && quote !== "'") {
      at += 1;
      const next = chars[at];
      if (next === undefined) throw new SyntaxError(openEscape);
      word = (word ?? '') + next;
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined) {
      while (at + 1 < chars.length && chars[at + 1] !== '\n') at += 1;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== undefined) throw new SyntaxError(openQuote);
  if (word !== undefined) words.push(word);
  return words;
}

/** A word as a POSIX shell reads it back unchanged. */
export function quoteShellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
