import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 500;

/**
 * Takes a lock of this machine; it is given back by the function returned, or by the end of this process, however that
 * ends: it is a name in the network namespace and no file.
 *
 * @param {string} name
 * @param {number} waitMs so long it is waited for while another process has it
 * @param {string} what the other does, for the error: `runs a ...`
 * @returns {Promise<() => void>}
 * @throws Error that names the process that has it
 */
export async function lockMachine(name, waitMs, what) {
  const path = `\0receptorjs-${name}`;
  for (let waited = 0; ; waited += POLL_MS) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(String(process.pid));
    });
    server.unref();
    try {
      server.listen(path);
      await once(server, 'listening');
      return () => server.close();
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    }
    if (waited >= waitMs) throw new Error(`process ${await owner(path)} ${what}: end it first`);
    await setTimeout(POLL_MS);
  }
}

async function owner(/** @type {string} */ path) {
  try {
    let text = '';
    for await (const chunk of connect(path)) text += String(chunk);
    return text;
  } catch {
    return 'that has just ended';
  }
}
