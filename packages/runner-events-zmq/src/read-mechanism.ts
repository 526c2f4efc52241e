import type { PluginSettings } from '@receptorjs/runner-events';
import { nullMechanism, plainMechanism, type MakeMechanism } from './mechanism.js';
import { decodeKey } from './z85.js';

/**
 * Reads how to authenticate.
 *
 * @throws {EventPluginError} with `code` `configuration` for keys that are none, or settings that contradict each other.
 */
export async function readMechanism(settings: PluginSettings): Promise<{
  mechanism: MakeMechanism;
  /** Texts that must not show. */
  secrets: string[];
}> {
  const key = (name: string): Buffer | undefined => {
    const text = settings.text(name);
    if (text === undefined) return undefined;
    return decodeKey(text) ?? settings.reject(name, 'a key of 40 characters of Z85');
  };
  const serverKey = key('server_key');
  const publicKey = key('public_key');
  const secretKey = key('secret_key');
  const username = settings.text('username');
  const password = settings.text('password');
  const secrets = [password ?? '', settings.text('secret_key') ?? ''];
  if (serverKey !== undefined) {
    if (username !== undefined)
      settings.reject('username', 'absent where there is a server_key: one mechanism is used');
    if ((publicKey === undefined) !== (secretKey === undefined))
      settings.reject('secret_key', 'there if public_key is, and absent if that is');
    // Loaded here, because most receivers have no keys.
    const { curveMechanism } = await import('./curve-mechanism.js');
    const own = publicKey && secretKey && { publicKey, secretKey };
    return { mechanism: curveMechanism(serverKey, own), secrets };
  }
  if (publicKey !== undefined || secretKey !== undefined)
    settings.reject('server_key', "the receiver's public key where there are keys of the runner");
  if (username === undefined) return { mechanism: nullMechanism, secrets };
  for (const [name, text] of Object.entries({ username, password: password ?? '' }))
    if (Buffer.byteLength(text) > 255) settings.reject(name, 'at most 255 bytes long');
  return { mechanism: plainMechanism(username, password ?? ''), secrets };
}
