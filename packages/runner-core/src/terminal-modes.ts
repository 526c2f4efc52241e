import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** The modes of the terminal that a descriptor belongs to, as `stty -a` prints them; empty where it can't. */
export async function terminalModes(descriptor: number): Promise<string> {
  try {
    const stty = spawn('stty', ['-a'], { stdio: [descriptor, 'pipe', 'ignore'] });
    if (stty.stdout === null) return '';
    const [modes] = await Promise.all([text(stty.stdout), once(stty, 'close')]);
    return modes;
  } catch {
    return '';
  }
}
