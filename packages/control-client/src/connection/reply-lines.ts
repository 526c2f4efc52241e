import { ControlError, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import type { Connections } from './connections.js';
import type { ControlConnection } from './control-connection.js';

/**
 * The replies to a request that is answered by lines until one side ends the connection, which it keeps for itself. Stop reading to
 * end it.
 *
 * @throws {ControlError} `remote-error` for the first line, `closed` when the connection ends, else as it does
 */
export async function* replyLines(
  connections: Connections,
  request: JsonObject,
  signal: AbortSignal | undefined,
): AsyncGenerator<JsonValue, never> {
  let connection: ControlConnection | undefined;
  try {
    yield await connections.onOwn((own) => {
      connection = own;
      return own.request(request, { signal });
    }, signal);
    for (;;) {
      const line = await connection?.nextLine(signal);
      if (connection === undefined || line === undefined)
        throw new ControlError('closed', 'the node has ended the connection');
      yield connection.parseReply(line);
    }
  } finally {
    if (connections.canOpen) connection?.close();
  }
}
