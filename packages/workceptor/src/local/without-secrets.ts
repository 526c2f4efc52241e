/** What stands in the place of a secret. */
const MASK = '**********';

/** What a secret is called: `db_password`, `ssh_pass`, `x-api-key`. */
const name = String.raw`(?:[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w.-]*|[\w.-]*[_-]pass)`;

/** Each with the text that takes its place. */
const forms: readonly (readonly [RegExp, string])[] = [
  // a private key, also one whose beginning or end is not here
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/gu, MASK],
  [/^[^]*-----END [A-Z0-9 ]*PRIVATE KEY-----/u, MASK],
  // https://user:password@host
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/giu, `$1${MASK}`],
  // Authorization: Bearer x
  [/\b(authorization["']?\s*[:=]\s*)[^\n]+/giu, `$1${MASK}`],
  [/\b(bearer\s+)\S+/giu, `$1${MASK}`],
  // JSON web tokens
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/gu, MASK],
  // password=x, "secret": "x y", --token x
  [
    new RegExp(String.raw`(\b${name}["']?\s*[:=]\s*)(?:"[^"\n]*"?|'[^'\n]*'?|[^\s,;]+)`, 'giu'),
    `$1${MASK}`,
  ],
  [new RegExp(String.raw`(--${name}\s+)(?:"[^"\n]*"?|'[^'\n]*'?|[^\s-]\S*)`, 'giu'), `$1${MASK}`],
];

/**
 * A text without what has the form of a secret: private keys, passwords in addresses, tokens, and values that are called a password, a token
 * or the like. What has no such form can't be told from other text.
 */
export function withoutSecrets(text: string): string {
  return forms.reduce((shown, [form, replacement]) => shown.replace(form, replacement), text);
}
