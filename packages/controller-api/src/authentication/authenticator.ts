import type { LoginSession, ResourceStore, Row, SessionStore } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import { roleOf, type CurrentUser } from '../permissions/roles.js';
import { equals } from '../query/criteria.js';
import { LoginLimit } from './login-limit.js';
import { PasswordCache } from './password-cache.js';
import { isPassword } from './passwords.js';
import { digestOf, newSecret } from './secrets.js';

/** Seconds without a request after which a session ends. */
const SESSION_SECONDS = 1800;
/** Sessions and tokens say that they were used once in so many milliseconds, and not at each request. */
const NOTE_EVERY_MS = 60_000;

/** What a request shows of who sends it. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly sessionCookie?: string | undefined;
  readonly remoteAddress: string;
}

/** Who a request is of, and by which way that is known. */
export interface Identity {
  readonly user: CurrentUser;
  /** Absent for tokens and Basic, which no browser sends by itself. */
  readonly session?: LoginSession;
  /** The digest of the token, or what is stored of the password; absent for sessions. */
  readonly proof?: { readonly kind: 'token' | 'password'; readonly stored: string };
}

/** Finds out who sends a request, by token, session or Basic, and begins and ends sessions. */
export class Authenticator {
  readonly #limit: LoginLimit;
  readonly #known: PasswordCache;

  constructor(
    private readonly store: ResourceStore,
    private readonly sessions: SessionStore,
    private readonly now: () => Date,
  ) {
    this.#limit = new LoginLimit(() => this.now().getTime());
    this.#known = new PasswordCache(() => this.now().getTime());
  }

  /**
   * Who shows these; nobody where nothing is shown.
   *
   * @throws {ApiError} 401 for what is shown and wrong, 429 after too many of that
   */
  async identify(shown: Credentials): Promise<Identity | undefined> {
    const { authorization, sessionCookie, remoteAddress } = shown;
    const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(authorization ?? '') ?? [];
    if (scheme.toLowerCase() === 'bearer') {
      const stored = digestOf(value);
      return { user: await this.#byToken(stored), proof: { kind: 'token', stored } };
    }
    if (sessionCookie !== undefined) {
      const found = await this.#bySession(sessionCookie);
      if (found !== undefined) return found;
    }
    if (scheme.toLowerCase() !== 'basic') return undefined;
    const [, username, password] =
      /^([^:]*):([\s\S]*)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
    if (username === undefined || password === undefined)
      throw ApiError.unauthenticated('Invalid basic header.');
    const user = await this.byPassword(username, password, remoteAddress);
    const row = await this.store.get('users', user.id);
    return { user, proof: { kind: 'password', stored: String(row?.['password']) } };
  }

  /** Somebody who was known, as of now: nobody once session, token, password or user are not good any more. No session is longer for it. */
  async again({ user, session, proof }: Identity): Promise<Identity | undefined> {
    if (proof?.kind === 'token') {
      const known = await this.#byToken(proof.stored).catch((error: unknown) => {
        if (error instanceof ApiError) return undefined;
        throw error;
      });
      return known && { user: known, proof };
    }
    const isOver = session && (await this.sessions.find(session.idHash, this.now())) === undefined;
    if (isOver === true) return undefined;
    const row = await this.store.get('users', user.id);
    if (row?.['is_active'] !== true) return undefined;
    if (proof !== undefined && row['password'] !== proof.stored) return undefined;
    const now = currentUser(row, false);
    return session === undefined ? { user: now, ...(proof && { proof }) } : { user: now, session };
  }

  /**
   * Who has this name and password.
   *
   * @throws {ApiError} 401, or 429 after too many wrong ones
   */
  async byPassword(username: string, password: string, address: string): Promise<CurrentUser> {
    const keys = [`address ${address}`, `user ${username}`];
    const wait = await this.#limit.enter(keys);
    if (wait > 0) {
      const detail = `Too many failed logins. Try again in ${wait} seconds.`;
      throw new ApiError(429, { detail }, { 'Retry-After': String(wait) });
    }
    let user: Row | undefined;
    let isRight: boolean | undefined;
    try {
      const isText = !username.includes('\0') && !password.includes('\0');
      user = isText ? await this.#find('users', 'username', username) : undefined;
      const stored = user?.['is_active'] === true ? String(user['password']) : undefined;
      isRight = (await this.#isPassword(password, stored)) && user !== undefined;
    } finally {
      this.#limit.left(keys, isRight);
    }
    if (!isRight || user === undefined)
      throw ApiError.unauthenticated('Invalid username/password.');
    return currentUser(user, false);
  }

  /** Begins a session; what the cookies of it are. */
  async begin(
    user: CurrentUser,
    remoteAddress: string,
  ): Promise<{ id: string; csrfToken: string }> {
    const [id, csrfToken] = [newSecret(), newSecret()];
    const now = this.now();
    await this.sessions.removeExpired(now);
    await this.sessions.add({
      idHash: digestOf(id),
      userId: user.id,
      csrfToken,
      remoteAddress,
      expires: expiryFrom(now),
    });
    await this.store.update('users', user.id, { last_login: now });
    return { id, csrfToken };
  }

  async end({ idHash }: LoginSession): Promise<void> {
    await this.sessions.remove(idHash);
  }

  async #isPassword(password: string, stored: string | undefined): Promise<boolean> {
    if (stored === undefined) return isPassword(password, stored);
    if (this.#known.has(password, stored)) return true;
    const isRight = await isPassword(password, stored);
    if (isRight) this.#known.add(password, stored);
    return isRight;
  }

  async #byToken(digest: string): Promise<CurrentUser> {
    const row = await this.#find('tokens', 'token_hash', digest);
    const now = this.now();
    const isExpired = row === undefined || timeOf(row['expires']) <= now.getTime();
    const user = isExpired ? undefined : await this.store.get('users', Number(row['user']));
    if (row === undefined || user?.['is_active'] !== true)
      throw ApiError.unauthenticated(
        'Authentication credentials were not provided or are invalid.',
      );
    if (timeOf(row['last_used']) + NOTE_EVERY_MS <= now.getTime())
      await this.store.update('tokens', Number(row['id']), { last_used: now });
    return currentUser(user, row['scope'] === 'read');
  }

  async #bySession(id: string): Promise<Identity | undefined> {
    const now = this.now();
    const session = await this.sessions.find(digestOf(id), now);
    const user = session && (await this.store.get('users', session.userId));
    if (session === undefined || user?.['is_active'] !== true) return undefined;
    const expires = expiryFrom(now);
    if (expires.getTime() - session.expires.getTime() >= NOTE_EVERY_MS)
      await this.sessions.extend(session.idHash, expires);
    return { user: currentUser(user, false), session };
  }

  async #find(resource: string, field: string, value: string): Promise<Row | undefined> {
    const criterion = equals(field, value);
    const [row] = await this.store.list(resource, { criterion, order: [], limit: 1, offset: 0 });
    return row;
  }
}

const expiryFrom = (now: Date): Date => new Date(now.getTime() + SESSION_SECONDS * 1000);

const timeOf = (value: unknown): number => (value instanceof Date ? value.getTime() : 0);

const currentUser = (user: Row, isReadOnly: boolean): CurrentUser => ({
  id: Number(user['id']),
  username: String(user['username']),
  role: roleOf(user),
  isReadOnly,
});
