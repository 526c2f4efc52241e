/** A session of somebody who has logged in. */
export interface LoginSession {
  /** A digest: who reads the store can't take the session over. */
  readonly idHash: string;
  readonly userId: number;
  /** What requests that change something must carry besides the cookie. */
  readonly csrfToken: string;
  readonly remoteAddress: string;
  readonly expires: Date;
}

/** Where sessions are kept, so that all controllers know them. */
export interface SessionStore {
  add(session: LoginSession): Promise<void>;
  /** One that has not expired. */
  find(idHash: string, now: Date): Promise<LoginSession | undefined>;
  extend(idHash: string, expires: Date): Promise<void>;
  remove(idHash: string): Promise<void>;
  removeOfUser(userId: number): Promise<void>;
  removeExpired(now: Date): Promise<void>;
  /** How many have not expired. */
  count(now: Date): Promise<number>;
}
