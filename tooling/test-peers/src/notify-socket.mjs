import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** @type {typeof import('./index.d.mts').notifySocket} */
export async function notifySocket(path) {
  const script = join(import.meta.dirname, 'notify_socket.py');
  const listener = spawn('python3', [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(listener, 'spawn').catch((cause) => {
    throw new Error('python3 can not be started', { cause });
  });
  const lines = createInterface(listener.stdout)[Symbol.asyncIterator]();
  const message = async () => {
    const { done, value } = await lines.next();
    if (done) throw new Error('the socket is closed');
    return JSON.parse(value);
  };
  // it says first that it listens
  await message();
  return { message, close: () => void listener.kill() };
}
