import type { CertificateLog } from '../log.js';
import type { LoadedMaterial } from './tls-material.js';

const DAY_MS = 86_400_000;
/** Days before its end at which a certificate is warned of, once each; 0 when it is over. */
const DAYS = [0, 1, 7, 30];

/**
 * Warns of this node's certificates 30, 7 and 1 days before they expire and when they have, once each. It alone writes
 * its fields.
 */
export class ExpiryWarnings {
  readonly #name: string;
  readonly #log: CertificateLog | undefined;
  /** The last warning of each certificate, by its fingerprint. */
  #said = new Map<string, number>();

  constructor(name: string, log: CertificateLog | undefined) {
    this.#name = name;
    this.#log = log;
  }

  /** Says what has become due; certificates that are no longer there are forgotten. */
  check({ own }: LoadedMaterial, now: number): void {
    const said = new Map<string, number>();
    for (const { x509, notAfter, subject } of own) {
      const key = x509.fingerprint256;
      const due = DAYS.find((days) => now >= notAfter - days * DAY_MS);
      const before = this.#said.get(key);
      const last = due === undefined ? before : Math.min(due, before ?? Infinity);
      if (last !== undefined) said.set(key, last);
      if (due === undefined || (before !== undefined && before <= due)) continue;
      const until = new Date(notAfter).toISOString().replace('.000Z', 'Z');
      this.#log?.warning(
        due === 0
          ? `TLS configuration ${this.#name}: the certificate of ${subject} expired on ${until}`
          : `TLS configuration ${this.#name}: the certificate of ${subject} expires in less than ${String(due)} ${due === 1 ? 'day' : 'days'}, on ${until}`,
      );
    }
    this.#said = said;
  }
}
