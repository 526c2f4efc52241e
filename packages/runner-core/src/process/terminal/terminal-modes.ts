import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Time that `stty` may take, in ms. */
const STTY_MS = 5_000;

/** The modes of the terminal that a descriptor belongs to, as `stty -a` prints them; empty where it can't. */
export async function terminalModes(descriptor: number): Promise<string> {
  try {
    const stty = spawn('stty', ['-a'], {
      stdio: [descriptor, 'pipe', 'ignore'],
      timeout: STTY_MS,
    });
    if (stty.stdout === null) return '';
    const [modes] = await Promise.all([text(stty.stdout), once(stty, 'close')]);
    return modes;
  } catch {
    return '';
  }
}
