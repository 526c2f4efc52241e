import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../errors.js';

/**
 * The ident of a run: the given one if it can name a folder inside of the artifact folder, else a
 * random UUID.
 *
 * @throws {ConfigurationError} when the ident would leave the artifact folder or can't be a file name.
 */
export function runIdent(ident?: string): string {
  if (ident === undefined) return randomUUID();
  const bad = ident === '' || ident === '.' || ident === '..' || ident.includes('/');
  if (bad || hasControlCharacter(ident) || Buffer.byteLength(ident) > 255)
    throw new ConfigurationError(
      `The ident ${JSON.stringify(ident)} can't name the folder of the artifacts: ` +
        `1 to 255 bytes are allowed, without '/' and control characters, and neither '.' nor '..'.`,
    );
  return ident;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}
