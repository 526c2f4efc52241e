import { errorText, type Logger } from '@receptorjs/primitives';
import type { ListenOptions, Server } from 'node:net';
import { MeshServiceError } from '../errors.js';

/**
 * Starts a server that has been made. Its later errors are logged.
 *
 * @param what begins the texts of errors
 * @param begin runs the synchronous start; for unix sockets it guards the mode of the new file
 * @throws {MeshServiceError} `listen-failed`
 */
export function startListening(
  server: Server,
  where: ListenOptions,
  what: string,
  log: Logger,
  begin: (listen: () => void) => void = (listen) => {
    listen();
  },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (cause: Error): void => {
      reject(new MeshServiceError('listen-failed', `${what}: ${errorText(cause)}`, { cause }));
    };
    server.once('error', refused);
    begin(() => {
      server.listen(where, () => {
        server.off('error', refused);
        server.on('error', (error) => {
          log.error(`${what}: ${error.message}`);
        });
        resolve();
      });
    });
  });
}

/** Stops a server from accepting; resolves when its last connection is closed. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
