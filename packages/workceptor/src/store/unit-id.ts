import { randomInt } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A new unit ID: eight letters and digits. */
export function randomUnitId(): string {
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Whether a text can be a unit ID. Only such a text is ever made part of a path. */
export function isUnitId(text: string): boolean {
  return /^[0-9a-zA-Z]{1,64}$/.test(text);
}
