/** What stands in place of a secret. */
export const MASK = '***';

/** Names of values that are secrets, as parts of a longer name too. */
const secretName =
  /pass(?:word|wd|phrase)?|secret|token|credential|api_?key|private_?key|ssh_?key|become_pass|vault|authorization|envvars|cookie/i;

/** What separates a name from its value, in JSON, YAML, Python, Ruby, INI and shells. */
const separator = /[=:]+>?/g;
/** The most characters of a name that are looked at, with the space behind it. */
const MAX_NAME = 256;
/** How a text in quotes begins; inside of other texts the quotes have backslashes. */
const opening = /[bfru]{0,2}(\\{0,31})(["'])/iy;
/** A quote, with its backslashes, behind which another separator follows: the name goes on to there. */
const endOfName = /\\{0,31}["']\s{0,8}[=:]/y;
/** A number or word, and what follows it in JSON and Python. */
const word = /[-+\w.]+(?=[ \t]*(?:,[\s"'\\]|[}\])"'\\]|$))/y;
/** A number or word that YAML can't take for the begin of more: of a line it is all that is left. */
const lineOfOneWord = /[-+\w.]+(?=[ \t]*,?[ \t]*(?:\r?\n[ \t]*["'}\]]|\r?$))/y;
/** How a line begins before its name, in YAML. */
const lineStart = /^[ \t]*(?:[-?] +)*$/;
/** What may follow a text in quotes when it is the whole value. */
const afterText = /[\s,;)}\]"'\\&|<]|$/y;

/** A name whose value is a secret. */
interface SecretName {
  /** Where it begins, with its quote. */
  readonly begin: number;
  /** Its quote with its backslashes; empty where it has none. */
  readonly quote: string;
}

/**
 * Masks the values whose names say that they are secrets. The text is not parsed: each separator is looked at by itself, with the name in
 * front of it, so that nothing odd in one place hides what follows it. Where it is not clear how far a value goes, it goes further.
 */
export function maskedFields(text: string): string {
  let out = '';
  let kept = 0;
  for (const { 0: sign, index } of text.matchAll(separator)) {
    // what is masked may hold the name of what follows it
    if (index < kept - MAX_NAME) continue;
    const name = secretNameBefore(text, index);
    if (name === undefined) continue;
    const value = maskedValue(text, index + sign.length, name);
    if (value === undefined) continue;
    if (value.begin >= kept) out += text.slice(kept, value.begin) + value.shown;
    kept = Math.max(kept, value.end);
  }
  return out + text.slice(kept);
}

function secretNameBefore(text: string, end: number): SecretName | undefined {
  const from = Math.max(0, end - MAX_NAME);
  let before = text.slice(from, end).trimEnd();
  // a member that is assigned to
  if (before.endsWith(']')) before = before.slice(0, -1).trimEnd();
  const quote = quoteAtEnd(before);
  const begin = quote === '' ? bareBegin(before) : quotedBegin(before, quote);
  return secretName.test(before.slice(begin)) ? { begin: from + begin, quote } : undefined;
}

/** The quote that a text ends with, and its backslashes. */
function quoteAtEnd(text: string): string {
  const last = text.at(-1) ?? '';
  if (last !== '"' && last !== "'") return '';
  return text.slice(text.length - 1 - backslashesBefore(text, text.length - 1));
}

function bareBegin(before: string): number {
  let begin = before.length;
  while (begin > 0 && /[\w.-]/.test(before.charAt(begin - 1))) begin -= 1;
  return begin;
}

/** Where the name begins that ends with this quote: at one of its kind on the same line, or as far back as names go. */
function quotedBegin(before: string, quote: string): number {
  const kind = quote.slice(-1);
  for (let at = before.length - quote.length - 1; at >= 0; at--) {
    const char = before.charAt(at);
    if (char === '\n') return at + 1;
    const slashes = quote.length - 1;
    if (char === kind && backslashesBefore(before, at) === slashes) return at - slashes;
  }
  return 0;
}

function backslashesBefore(text: string, at: number): number {
  let begin = at;
  while (begin > 0 && text.charAt(begin - 1) === '\\') begin -= 1;
  return at - begin;
}

/** What of a text is a value, and what is shown for it. */
interface MaskedValue {
  readonly begin: number;
  readonly end: number;
  readonly shown: string;
}

function maskedValue(text: string, from: number, name: SecretName): MaskedValue | undefined {
  const { quote } = name;
  const onLine = skip(text, from, ' \t');
  if (quote === '' && matchAt(endOfName, text, onLine)) return undefined;
  // a value of JSON may stand on a line of its own
  const next = quote === '' ? onLine : skip(text, onLine, ' \t\r\n');
  const hidden = `${quote}${MASK}${quote}`;
  const open = matchAt(opening, text, next);
  if (open) {
    const [prefix, slashes = '', kind = ''] = open;
    const begin = next + prefix.length;
    const end = textEnd(text, begin, kind, slashes.length);
    const isWhole = quote !== '' || matchAt(afterText, text, end);
    if (isWhole) return { begin, end, shown: `${MASK}${slashes}${kind}` };
    return { begin: onLine, end: lineEnd(text, end), shown: hidden };
  }
  if ('{['.includes(text.charAt(next) || ' ')) {
    const end = bracketEnd(text, next);
    return { begin: next, end: quote === '' ? lineEnd(text, end) : end, shown: hidden };
  }
  const lineBegin = lineBeginOf(text, name.begin);
  const simple = lineBegin === undefined ? word : lineOfOneWord;
  const number = quote === '' ? undefined : matchAt(simple, text, onLine)?.[0];
  if (number !== undefined) return { begin: onLine, end: onLine + number.length, shown: hidden };
  let end = lineEnd(text, onLine);
  if (lineBegin !== undefined) {
    const isEmpty = text.slice(onLine, end).trim() === '';
    end = blockEnd(text, end, { column: name.begin - lineBegin, isEmpty });
  }
  const isThere = text.slice(onLine, end).trim() !== '';
  return isThere ? { begin: onLine, end, shown: hidden } : undefined;
}

/** Where the line begins of which a name is the first thing, but for spaces and what makes it an item of a list. */
function lineBeginOf(text: string, nameBegin: number): number | undefined {
  let at = nameBegin;
  while (at > 0 && ' \t-?'.includes(text.charAt(at - 1))) at -= 1;
  const isFirst = at === 0 || text.charAt(at - 1) === '\n';
  return isFirst && lineStart.test(text.slice(at, nameBegin)) ? at : undefined;
}

/** Where the lines end that are indented more than their name, or are a list as far to the left as it. */
function blockEnd(
  text: string,
  from: number,
  { column, isEmpty }: { readonly column: number; readonly isEmpty: boolean },
): number {
  let end = from;
  for (let at = from; at < text.length;) {
    const next = lineEnd(text, at + 1);
    const line = text.slice(at + 1, next);
    const content = line.trimStart();
    const indented = line.length - content.length;
    const isItem = isEmpty && indented === column && /^-(?:\s|$)/.test(content);
    if (content !== '') {
      if (indented <= column && !isItem) break;
      end = next;
    }
    at = next;
  }
  return end;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/**
 * Where the text goes on behind one in quotes. Inside of other texts each quote has backslashes, and those of the text itself have more; a
 * quote that stands twice, as in YAML, ends nothing.
 */
function textEnd(text: string, from: number, kind: string, slashes: number): number {
  let run = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') {
      run += 1;
      continue;
    }
    if (char === kind) {
      // the text around this one ends
      if (run < slashes) return at - run;
      const isEscaped = run > 2 * slashes;
      const isDouble = slashes === 0 && text.charAt(at + 1) === kind;
      if (!isEscaped && !isDouble) return at + 1;
      if (isDouble && (!isEscaped || kind === "'")) at += 1;
    }
    run = 0;
  }
  return text.length;
}

/** Where the text goes on behind the bracket that closes the one here. */
function bracketEnd(text: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < text.length;) {
    const open = matchAt(opening, text, at);
    if (open) {
      const [prefix, slashes = '', kind = ''] = open;
      at = textEnd(text, at + prefix.length, kind, slashes.length);
      continue;
    }
    const char = text.charAt(at);
    if ('{['.includes(char)) depth += 1;
    if ('}]'.includes(char)) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function skip(text: string, from: number, chars: string): number {
  let at = from;
  while (at < text.length && chars.includes(text.charAt(at))) at += 1;
  return at;
}

/** What a sticky expression finds at one place. */
function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
