import type { Logger } from '@receptorjs/primitives';
import { LineLimit } from '../line-limit.js';
import type { LinkTransport } from './link-transport.js';
import type { PeerAccounts } from './peer-accounts.js';

/** How many lines a link's peer may cause by messages that can't be understood. */
const COMPLAINTS = { burst: 20, perSecond: 0.1 };

/** What is written about one link, within limits for it and for where it comes from. It alone writes its fields. */
export class LinkLog {
  readonly #log: Logger;
  readonly #accounts: PeerAccounts;
  readonly #transport: LinkTransport;
  readonly #complaints = new LineLimit(COMPLAINTS);

  constructor(log: Logger, accounts: PeerAccounts, transport: LinkTransport) {
    this.#log = log;
    this.#accounts = accounts;
    this.#transport = transport;
  }

  /** Writes a line that the peer has caused, within its allowance: one peer must not silence what others cause. */
  write(now: number, level: 'error' | 'warning' | 'info', line: string): void {
    const { origin, description } = this.#transport;
    const leftOut = this.#accounts.mayLog(now, origin ?? description);
    if (leftOut === undefined) return;
    this.#log[level](leftOut === 0 ? line : `${line} (after ${leftOut} lines that were left out)`);
  }

  /** Writes about a link that comes to nothing, within limits for the address that it comes from. */
  writeFailure(now: number, level: 'error' | 'warning', line: string): void {
    const leftOut = this.#accounts.mayLogFailedLink(now, this.#transport.origin);
    if (leftOut === undefined) return;
    this.write(
      now,
      level,
      leftOut === 0 ? line : `${line} (and ${leftOut} more from that address)`,
    );
  }

  /** Writes about what the peer sends, within limits. */
  complain(now: number, line: string): void {
    const leftOut = this.#complaints.take(now);
    if (leftOut === undefined) return;
    this.write(now, 'warning', leftOut === 0 ? line : `${line} (and ${leftOut} more)`);
  }
}
