/** Schemes of addresses that a project may come from. What else git knows (`file`, `ext`) reads this machine, or runs something on it. */
export const SCM_SCHEMES = ['https', 'http', 'ssh', 'git'] as const;
/** Those of archives. */
export const ARCHIVE_SCHEMES = ['https', 'http'] as const;

/** Where a project comes from; the secrets of the address apart. */
export interface ScmAddress {
  readonly scheme: (typeof SCM_SCHEMES)[number];
  readonly host: string;
  /** Without a password; the name of a user is left in it for ssh alone. */
  readonly url: string;
  /** Empty where the address has none. */
  readonly username: string;
  readonly password: string;
}

/** What stands for a password that is not shown. */
const HIDDEN = '$encrypted$';
const scpLike = /^(?:([\w.-]+)@)?([\w.-]+):(?!\/\/)([^-].*)$/;

/**
 * Reads an address of a repository or an archive: a URL, or `user@host:path` for ssh.
 *
 * @returns what is wrong with it, for people, where it is none that is allowed: a scheme of another kind, an option of git, characters that can't be shown
 */
export function readScmAddress(
  text: string,
  schemes: readonly string[] = SCM_SCHEMES,
): ScmAddress | string {
  const allowed = `An address by ${schemes.join(', ')} is allowed.`;
  // eslint-disable-next-line no-control-regex -- those are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(text))
    return 'An address has no spaces and no control characters.';
  if (text.startsWith('-')) return allowed;
  if (!text.includes('://')) {
    const [, user = '', host = '', path] = scpLike.exec(text) ?? [];
    if (path === undefined || user === '' || !schemes.includes('ssh') || !isHost(host))
      return allowed;
    return { scheme: 'ssh', host, url: text, username: user, password: '' };
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return allowed;
  }
  const scheme = url.protocol.slice(0, -1);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!schemes.includes(scheme) || !isHost(host) || url.pathname.startsWith('/-')) return allowed;
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (username.startsWith('-')) return allowed;
  if (scheme !== 'ssh') url.username = '';
  url.password = '';
  return { scheme: scheme as ScmAddress['scheme'], host, url: url.href, username, password };
}

const isHost = (host: string): boolean => host !== '' && !host.startsWith('-');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const credentialsOf = /^([a-z][a-z0-9+.-]*:\/\/)([^/\s]*)@/i;

/** What is before the `@` of an address, its secret apart. */
interface Login {
  /** The name and its colon; empty where the name is the secret. */
  readonly shown: string;
  readonly secret: string;
}

/** Reads what is before the `@`. For HTTP all of it is secret: a token stands alone, as the password or as the name (`TOKEN:x-oauth-basic`). */
function loginOf(scheme: string, text: string): Login {
  if (/^https?:/i.test(scheme)) return { shown: '', secret: text };
  const [name = ''] = text.split(':', 1);
  const password = text.slice(name.length + 1);
  return password === '' ? { shown: text, secret: '' } : { shown: `${name}:`, secret: password };
}

/** An address as it may be shown: `$encrypted$` in place of its password, and of name and password for HTTP. */
export const shownAddress = (text: string): string =>
  text.replace(credentialsOf, (_all, scheme: string, login: string) => {
    const { shown, secret } = loginOf(scheme, login);
    return `${scheme}${shown}${secret === '' ? '' : HIDDEN}@`;
  });

/**
 * An address that somebody was shown and sends back, with the secret that is stored.
 *
 * @returns nothing where it has a secret that is hidden and is not the stored one's to give: the scheme, the machine or the port is another
 */
export function withStoredPassword(text: string, stored: string): string | undefined {
  const [all, scheme = '', login = ''] = credentialsOf.exec(text) ?? [];
  if (all === undefined || !login.includes(HIDDEN)) return text;
  const given = loginOf(scheme, login);
  const [, storedScheme = '', storedLogin = ''] = credentialsOf.exec(stored) ?? [];
  const kept = loginOf(storedScheme, storedLogin);
  const isShown = given.secret === HIDDEN && !given.shown.includes(HIDDEN);
  const isSameKind = kept.secret !== '' && (given.shown === '') === (kept.shown === '');
  const [machine, storedMachine] = [machineOf(text), machineOf(stored)];
  if (!isShown || !isSameKind || machine === undefined || machine !== storedMachine)
    return undefined;
  return `${scheme}${given.shown}${kept.secret}@${text.slice(all.length)}`;
}

/** Scheme, host and port of a URL. */
function machineOf(text: string): string | undefined {
  try {
    const { protocol, host } = new URL(text);
    return `${protocol}//${host}`;
  } catch {
    return undefined;
  }
}

/** Machines that speak for the network that they are in, or for this one: nobody is led there who was not told so. */
const ownAddresses = [
  /^localhost$/i,
  /\.localhost$/i,
  /^127\./,
  /^0(?:\.|$)/,
  /^169\.254\./,
  /^(?:22[4-9]|23\d|24\d|25[0-5])\./,
  /^::1?$/,
  /^::ffff:/i,
  /^fe[89ab][0-9a-f]:/i,
  /^ff[0-9a-f]{2}:/i,
];

/**
 * Which machines an administrator lets projects come from: patterns of names with `*` for a part of it. Without any: every machine but this one and those of its link.
 * Names are not looked up here; whoever connects looks at the addresses that they lead to.
 */
export class ScmHostRules {
  readonly #patterns: readonly RegExp[];

  constructor(readonly patterns: readonly string[] = []) {
    this.#patterns = patterns.map(
      (pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'i'),
    );
  }

  isAllowed(host: string): boolean {
    if (this.#patterns.length > 0) return this.#patterns.some((pattern) => pattern.test(host));
    return !ownAddresses.some((address) => address.test(host));
  }
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
