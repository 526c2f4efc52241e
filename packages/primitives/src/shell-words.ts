/** What differs between the programs that split command lines by the quoting of a shell. */
export interface ShellDialect {
  /** Whether `#` at the start of a word begins a comment that ends with the line. */
  readonly comments: boolean;
  /** What a backslash between double quotes escapes; before anything else it stands for itself. */
  readonly escapedInDoubleQuotes: RegExp;
  /** The text of the error for a quote that is not closed; `at` is the index of the quote. */
  openQuote(at: number): string;
  /** The text of the error for a backslash at the end. */
  readonly openEscape: string;
}

/** As Go's `google/shlex` splits, which the Go receptor uses; its texts are known to its users. */
export const goShlex: ShellDialect = {
  comments: true,
  escapedInDoubleQuotes: /[^]/u,
  openQuote: () => 'EOF found when expecting closing quote',
  openEscape: 'EOF found after escape character',
};

/** As Python's `shlex.split` splits, which ansible-runner uses. */
export const pythonShlex: ShellDialect = {
  comments: false,
  escapedInDoubleQuotes: /["\\]/,
  openQuote: (at) => `the quote at character ${at + 1} is not closed`,
  openEscape: 'the text ends in a backslash',
};

/**
 * Splits text into words by the quoting rules of a shell and by nothing else of a shell: single quotes keep everything,
 * double quotes keep everything but a backslash and what it escapes, a backslash keeps the next character. No
 * variables, no globs, no operators.
 *
 * @throws {SyntaxError} for an unclosed quote or a backslash at the end, with the text of the dialect
 */
export function splitShellWords(text: string, dialect: ShellDialect): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  let quotedAt = 0;
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
      const code = text.codePointAt(at);
      if (code === undefined) throw new SyntaxError(dialect.openEscape);
      const next = String.fromCodePoint(code);
      const escapes = quote === undefined || dialect.escapedInDoubleQuotes.test(next);
      word = (word ?? '') + (escapes ? next : char + next);
      at += next.length;
    } else if (quote !== undefined) {
      quote = undefined;
    } else if (char === '"' || char === "'") {
      quote = char;
      quotedAt = at - 1;
      word ??= '';
    } else if (char === '#') {
      if (word !== undefined || !dialect.comments) word = (word ?? '') + char;
      else {
        const lineEnd = text.indexOf('\n', at);
        at = lineEnd < 0 ? text.length : lineEnd;
      }
    } else {
      if (word !== undefined) words.push(word);
      word = undefined;
    }
  }
  if (quote !== undefined) throw new SyntaxError(dialect.openQuote(quotedAt));
  if (word !== undefined) words.push(word);
  return words;
}

/** What ends a run of plain characters. */
const outsideQuotes = /[\\"' \t\r\n#]/g;
const inDouble = /[\\"]/g;
const inSingle = /'/g;

/** A word as a POSIX shell reads it back unchanged; as Python's `shlex.quote`, a word that needs no quotes gets none. */
export function quoteShellWord(word: string): string {
  if (word !== '' && !/[^\w@%+=:,./-]/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
