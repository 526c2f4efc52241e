import { MASK, maskedFields } from './secret-fields.js';

const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** What follows says how one is authorized. */
const scheme = /\b(Bearer|Basic)\s+[^\s"']+/gi;
/** An option of a command line, and its value: the next word, or the next text of a list. */
const option =
  /(--?[\w-]{0,64}(?:password|passphrase|secret|token|key))(\\{0,8}["'],[ \t]{0,8}|[ \t]+)(?:\\{0,8}"[^"\n]*"?|\\{0,8}'[^'\n]*'?|[^\s"']+)/gi;
/** The user of a URL, and what may be a password or a port. */
const authority = /(:\/\/[^\s/:@"']*:)([^\s/"']+)/g;
/** What an archive of a job begins with: the rest is files, whatever they hold. */
const archive = /(\{"zipfile": ?\d+\}\s?)[^]*?(?=\{"eof"|$)/g;

/**
 * A text with its secrets masked: values of JSON, YAML, Python and of lines `name=value` whose name says that they are one, private keys,
 * what authorizes, passwords in URLs, and archives. It need not be whole: what is cut off in the middle of a secret is masked to its
 * end. A secret under a name that does not tell is shown. Its time grows with the length of the text, and no faster.
 */
export function masked(text: string): string {
  return maskedFields(text)
    .replace(archive, `$1${MASK}`)
    .replace(pem, MASK)
    .replace(scheme, `$1 ${MASK}`)
    .replace(option, `$1$2${MASK}`)
    .replace(authority, maskedAuthority);
}

function maskedAuthority(
  whole: string,
  user: string,
  rest: string,
  index: number,
  text: string,
): string {
  const at = rest.lastIndexOf('@');
  if (at >= 0) return `${user}${MASK}${rest.slice(at)}`;
  // a password that is cut off, as far as it is no port
  const isCut = index + whole.length === text.length && !/^\d+$/.test(rest);
  return isCut ? `${user}${MASK}` : whole;
}
