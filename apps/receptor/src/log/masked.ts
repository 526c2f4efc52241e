/** What stands in place of a secret. */
const MASK = '***';

/** Names of values that are secrets, as parts of a longer name too. */
const secretName =
  /pass(?:word|wd|phrase)?|secret|token|credential|api_?key|private_?key|ssh_?key|become_pass|vault|authorization|envvars|cookie/i;

const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** What follows says how one is authorized. */
const scheme = /\b(Bearer|Basic)\s+[^\s"']+/gi;
/** An option of a command line, and its value. */
const option = /(--?[\w-]{0,64}(?:password|passphrase|secret|token|key)) +[^\s"']+/gi;
/** A name and what follows of it outside of JSON. */
const assignment = /([\w.-]{1,128})\s{0,8}[=:]\s{0,8}(?![\s"'{[=:])/g;
/** What an archive of a job begins with: the rest is files, whatever they hold. */
const archive = /(\{"zipfile": ?\d+\}\s?)[^]*?(?=\{"eof"|$)/g;

/**
 * A text with its secrets masked: values of JSON and of lines `name=value` whose name says that they are one, private keys, what
 * authorizes, and archives. It need not be whole: what is cut off in the middle of a secret is masked to its end.
 */
export function masked(text: string): string {
  const all = maskedJson(text)
    .replace(archive, `$1${MASK}`)
    .replace(pem, MASK)
    .replace(scheme, `$1 ${MASK}`)
    .replace(option, `$1 ${MASK}`);
  return maskedLines(all);
}

/** Masks what follows a secret name and `=` or `:`, to the end of the line. */
function maskedLines(text: string): string {
  let out = '';
  let kept = 0;
  for (const { 0: begin, 1: name = '', index } of text.matchAll(assignment)) {
    const value = index + begin.length;
    if (index < kept || !secretName.test(name) || text.startsWith(MASK, value)) continue;
    const end = text.indexOf('\n', value);
    out += `${text.slice(kept, value)}${MASK}`;
    kept = end < 0 ? text.length : end;
  }
  return out + text.slice(kept);
}

/** Masks the values of secret members, in whatever of the text is JSON. */
function maskedJson(text: string): string {
  let out = '';
  let at = 0;
  let kept = 0;
  while (at < text.length) {
    if (text[at] !== '"') {
      at += 1;
      continue;
    }
    const end = stringEnd(text, at);
    const value = afterColon(text, end);
    if (value === undefined || !secretName.test(text.slice(at, end))) {
      at = end;
      continue;
    }
    out += `${text.slice(kept, value)}"${MASK}"`;
    at = valueEnd(text, value);
    kept = at;
  }
  return out + text.slice(kept);
}

/** Where the text goes on behind a string that begins here. */
function stringEnd(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** Where the value of a member begins, when a colon follows. */
function afterColon(text: string, from: number): number | undefined {
  const at = skipSpace(text, from);
  return text[at] === ':' ? skipSpace(text, at + 1) : undefined;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return at;
}

/** Where the text goes on behind a value of JSON that begins here. */
function valueEnd(text: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < text.length;) {
    const char = text[at] ?? '';
    if (depth === 0 && ',}]\n'.includes(char)) return at;
    if (char === '"') {
      at = stringEnd(text, at);
      if (depth === 0) return at;
      continue;
    }
    if ('{['.includes(char)) depth += 1;
    if ('}]'.includes(char)) depth -= 1;
    at += 1;
    if (depth === 0 && '}]'.includes(char)) return at;
  }
  return text.length;
}
