import { UsageError } from './usage.js';

/**
 * Reads `--role-vars "k=v k2='two words'"`. A value that is a Python literal (number, text in quotes, `True`, `False`,
 * `None`, list, tuple, dict of those) is that value, any other one is the text itself.
 *
 * @param words the option's text, split as a shell does
 * @throws {UsageError} for a word without `=`.
 */
export function parseRoleVars(words: readonly string[]): Record<string, unknown> {
  const vars: [name: string, value: unknown][] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals <= 0)
      throw new UsageError(
        `--role-vars takes words such as name=value; ${JSON.stringify(word)} is none.`,
      );
    const text = word.slice(equals + 1);
    const literal = new PythonLiteral(text).read();
    vars.push([word.slice(0, equals), literal === undefined ? text : literal.value]);
  }
  return Object.fromEntries(vars);
}

/** Deepest nesting that is read; what is nested deeper is a text. */
const MAX_DEPTH = 64;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

/** A reader of the literals of Python that JSON can hold. Owns its position in the text. */
class PythonLiteral {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The value, or nothing when the text is no literal as a whole. */
  read(): { value: unknown } | undefined {
    const value = this.#value(0);
    this.#skip(/\s*/y);
    return value !== undefined && this.#at === this.#text.length ? value : undefined;
  }

  #skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #value(depth: number): { value: unknown } | undefined {
    this.#skip(/\s*/y);
    if (depth > MAX_DEPTH) return undefined;
    switch (this.#text[this.#at]) {
      case '[':
        return this.#list(']', depth);
      case '(':
        return this.#list(')', depth);
      case '{':
        return this.#mapping(depth);
      case '"':
      case "'":
        return this.#quoted();
      default:
        return this.#word();
    }
  }

  #word(): { value: unknown } | undefined {
    const word = this.#skip(/[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|True|False|None/y);
    if (word === undefined) return undefined;
    if (word === 'True' || word === 'False') return { value: word === 'True' };
    if (word === 'None') return { value: null };
    const number = Number(word);
    // What a double can't hold stays the text it is, and so does 007, which is no literal.
    const exact = /[.eE]/.test(word) || Number.isSafeInteger(number);
    return exact && !/^[-+]?0\d/.test(word) ? { value: number } : undefined;
  }

  #quoted(): { value: string } | undefined {
    const quote = this.#text[this.#at];
    let value = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const letter = this.#text[this.#at] ?? '';
      if (letter === quote) {
        this.#at += 1;
        return { value };
      }
      if (letter === '\\') {
        this.#at += 1;
        const escaped = this.#text[this.#at] ?? '';
        value += ESCAPES[escaped] ?? (/["'\\]/.test(escaped) ? escaped : `\\${escaped}`);
      } else value += letter;
    }
    return undefined;
  }

  #list(end: string, depth: number): { value: unknown[] } | undefined {
    const value: unknown[] = [];
    this.#at += 1;
    while (!this.#ends(end)) {
      const item = this.#value(depth + 1);
      if (item === undefined || !this.#separated(end)) return undefined;
      value.push(item.value);
    }
    return { value };
  }

  #mapping(depth: number): { value: Record<string, unknown> } | undefined {
    const entries: [key: string, value: unknown][] = [];
    this.#at += 1;
    while (!this.#ends('}')) {
      const key = this.#value(depth + 1);
      if (key === undefined || this.#skip(/\s*:/y) === undefined) return undefined;
      const item = this.#value(depth + 1);
      if (item === undefined || !this.#separated('}')) return undefined;
      entries.push([String(key.value), item.value]);
    }
    return { value: Object.fromEntries(entries) };
  }

  /** Takes the closing bracket, if it comes next. */
  #ends(end: string): boolean {
    this.#skip(/\s*/y);
    if (this.#text[this.#at] !== end) return false;
    this.#at += 1;
    return true;
  }

  /** Takes the comma after an item; true as well when the closing bracket comes next. */
  #separated(end: string): boolean {
    this.#skip(/\s*/y);
    return this.#text[this.#at] === end || this.#skip(/,/y) !== undefined;
  }
}
