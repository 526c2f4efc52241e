import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;

/** A random text that nobody guesses. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** How a random text is stored: whoever reads that can't use it. */
export const digestOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(digestOf(one)), Buffer.from(digestOf(other))];
  return timingSafeEqual(a, b);
}
