import { execFile } from 'node:child_process';
import type { Log } from '../log/log.js';

/** Milliseconds after which a service manager is given up. */
const TIMEOUT_MS = 5_000;

/**
 * Notifies systemd that the node is ready, when it asks for that (`Type=notify`): by its own program `systemd-notify`, because Node
 * has no datagram sockets on paths. Commands of the node don't inherit the socket. A failure is logged.
 */
export async function tellServiceManager(log: Log): Promise<void> {
  const { NOTIFY_SOCKET: socket, ...env } = process.env;
  delete process.env.NOTIFY_SOCKET;
  if (!socket) return;
  const args = ['--ready', `--pid=${process.pid}`];
  await new Promise<void>((resolve) => {
    execFile(
      'systemd-notify',
      args,
      { env: { ...env, NOTIFY_SOCKET: socket }, timeout: TIMEOUT_MS },
      (error) => {
        if (error)
          log.warning(`systemd could not be told that the node is ready: ${error.message}`);
        resolve();
      },
    );
  });
}
