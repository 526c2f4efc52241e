import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** Of the network namespace and no file: it is free when its process has ended, however that ended. */
const NAME = '\0receptorjs-kubernetes';
const POLL_MS = 500;

/**
 * Takes the right to run a cluster on this machine; it is given back by the function returned, or by the end of this
 * process.
 *
 * @param {number} waitMs so long it is waited for while another process has it
 * @returns {Promise<() => void>}
 * @throws Error that names the process that has it
 */
export async function lockMachine(waitMs) {
  for (let waited = 0; ; waited += POLL_MS) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(String(process.pid));
    });
    server.unref();
    try {
      server.listen(NAME);
      await once(server, 'listening');
      return () => server.close();
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    }
    if (waited >= waitMs)
      throw new Error(
        `process ${await owner()} runs a Kubernetes cluster on this machine, where only one can be: end it first`,
      );
    await setTimeout(POLL_MS);
  }
}

async function owner() {
  try {
    let text = '';
    for await (const chunk of connect(NAME)) text += String(chunk);
    return text;
  } catch {
    return 'that has just ended';
  }
}
