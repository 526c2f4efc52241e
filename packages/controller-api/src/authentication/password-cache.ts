import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Milliseconds for which a password that was found right is known without working it out again. */
const KEPT_MS = 5 * 60_000;
/** Passwords that are known at once; the oldest makes room. */
const MAX_KEPT = 1_000;

interface Kept {
  readonly digest: Buffer;
  readonly until: number;
}

/**
 * Passwords that were right a moment ago: a program that sends Basic with each request would wait for scrypt each time. A password is kept as an HMAC under
 * a key that never leaves this process, and is known by the hash that is stored of it, so a change of the password ends it. It alone writes its fields.
 */
export class PasswordCache {
  readonly #key = randomBytes(32);
  readonly #kept = new Map<string, Kept>();

  /** @param now - milliseconds since 1970 */
  constructor(private readonly now: () => number) {}

  /** Whether this password was right for this hash a moment ago. */
  has(password: string, stored: string): boolean {
    const kept = this.#kept.get(stored);
    if (kept === undefined) return false;
    if (kept.until > this.now()) return timingSafeEqual(kept.digest, this.#digestOf(password));
    this.#kept.delete(stored);
    return false;
  }

  /** Keeps a password that was found right. */
  add(password: string, stored: string): void {
    this.#kept.delete(stored);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= MAX_KEPT) this.#kept.delete(oldest);
    this.#kept.set(stored, { digest: this.#digestOf(password), until: this.now() + KEPT_MS });
  }

  #digestOf(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password.normalize('NFKC')).digest();
  }
}
