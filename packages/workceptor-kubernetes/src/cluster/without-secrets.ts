import type { LoginOptions } from './login.js';

/** What looks as the credentials of some request: a proxy may show a part of them, or write them in another way. */
const CREDENTIALS = /\b(Bearer|Basic)(\s+)[^\s"'<>,;]{16,}/gi;

/**
 * A text of who answers, without what it was asked with: a proxy that can't forward a request may show it. Give it all of the text, for a
 * secret that is cut is not found.
 */
export function withoutSecrets(text: string, login: LoginOptions): string {
  let shown = text;
  for (const secret of secretsOf(login)) shown = shown.replaceAll(secret, '***');
  return shown.replace(CREDENTIALS, '$1$2***');
}

/** The longer ones first: one may be a part of another. */
function secretsOf({ headers, auth, agent }: LoginOptions): readonly string[] {
  const [, token = ''] = /^\S+ (.+)$/.exec(headers['Authorization'] ?? '') ?? [];
  const secrets = [token, ...basic(auth), ...basic(proxyLogin(agent))];
  const inJson = secrets.map((secret) => secret.replaceAll('/', '\\/'));
  return [...new Set([...secrets, ...inJson])]
    .filter((secret) => secret !== '')
    .sort((one, other) => other.length - one.length);
}

/** A name and a password, as they are and as they are sent, the end of which may be written in another way. */
function basic(auth: string | null | undefined): readonly string[] {
  if (!auth) return [];
  const sent = Buffer.from(auth).toString('base64');
  return [auth, sent, sent.replace(/=+$/, '')];
}

/** Name and password for a proxy on the way. */
function proxyLogin(agent: object | undefined): string | undefined {
  if (agent === undefined || !('proxy' in agent) || !(agent.proxy instanceof URL)) return undefined;
  const { username, password } = agent.proxy;
  return username === '' && password === ''
    ? undefined
    : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}
