import type { Authenticator, Identity } from '../authentication/authenticator.js';
import type { CurrentUser } from '../permissions/roles.js';

/** Who a stream or a connection belongs to, as long as the session or the token is valid, which is checked again and again. It alone writes its fields. */
export class Principal {
  #identity: Identity;
  #checked: number;

  constructor(
    private readonly authenticator: Authenticator,
    identity: Identity,
    private readonly now: () => number,
    private readonly recheckMs: number,
  ) {
    this.#identity = identity;
    this.#checked = now();
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Who it is by now; nobody once the session, the token or the user is gone. Asks when the last answer is old. */
  async user(): Promise<CurrentUser | undefined> {
    if (this.now() - this.#checked < this.recheckMs) return this.#identity.user;
    const found = await this.authenticator.again(this.#identity);
    if (found === undefined) return undefined;
    this.#checked = this.now();
    this.#identity = found;
    return found.user;
  }
}
