import { JsonLimitError, MAX_JSON_DEPTH, MAX_JSON_VALUES, type JsonLimits } from './json-limits.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Characters of a text that are looked at one by one before its end is searched for. */
const SHORT_TEXT = 48;

/**
 * Throws for a JSON text that is beyond the limits, without parsing it. Linear in its length, and next to nothing where it
 * has fewer brackets than levels are allowed, as most have. Whether it is JSON at all is not judged.
 *
 * @throws {@link JsonLimitError}
 */
export function assertBoundedJson(text: string, limits: JsonLimits = {}): void {
  const { maxDepth = MAX_JSON_DEPTH, maxValues = MAX_JSON_VALUES } = limits;
  // Every level takes a bracket, every value a bracket or a comma behind the one before it.
  if (text.length > maxValues || hasMoreBrackets(text, maxDepth)) scan(text, maxDepth, maxValues);
}

/** Whether there are more opening brackets than `limit`, those in texts counted, too. */
function hasMoreBrackets(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let left = limit;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (--left < 0) return true;
  return false;
}

function scan(text: string, maxDepth: number, maxValues: number): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === COMMA) values++;
    // `[` and `{`, `]` and `}` differ in one bit from each other.
    else if ((code | 0x20) === 0x7b) {
      values++;
      if (++depth > maxDepth) throw new JsonLimitError('too-deep', maxDepth);
    } else if ((code | 0x20) === 0x7d) depth--;
    if (values > maxValues) throw new JsonLimitError('too-many-values', maxValues);
  }
}

/** The place of the quote that ends the text whose first quote is at `open`; the last place when there is none. */
function endOfText(text: string, open: number): number {
  for (let at = open + 1; ;) {
    for (const near = at + SHORT_TEXT; at < near; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) at++;
    }
    // A backslash may have been the last one looked at: what it stands before is behind it by now.
    const close = text.indexOf('"', at);
    if (close < 0) return text.length;
    if (!isEscaped(text, close, at)) return close;
    at = close + 1;
  }
}

/** Whether an odd number of backslashes stands before `at`, from `from` on. */
function isEscaped(text: string, at: number, from: number): boolean {
  let start = at;
  while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start--;
  return (at - start) % 2 === 1;
}
