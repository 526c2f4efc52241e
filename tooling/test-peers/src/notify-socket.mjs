import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** @type {typeof import('./index.d.mts').notifySocket} */
export async function notifySocket(path) {
  const script = join(import.meta.dirname, 'notify_socket.py');
  const listener = spawn('python3', [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(listener.stdout)[Symbol.asyncIterator]();
  const message = async () => JSON.parse((await lines.next()).value);
  // it says first that it listens
  await message();
  return { message, close: () => void listener.kill() };
}
