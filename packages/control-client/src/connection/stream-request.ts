import type { Duplex } from 'node:stream';
import { shortened, throwIfError, type ControlConnection } from './control-connection.js';
import { ControlError, type JsonObject, type WaitOptions } from '@receptorjs/control-protocol';

/** How a node answers a request for a stream. */
export interface StreamAnswer {
  /** How the line begins behind which the stream follows. */
  readonly begins: string;
  /** What an error says of any other line. */
  readonly problem: string;
}

/**
 * Sends a request whose answer is a line and then a stream. Only for use inside a takeover; any other answer closes the
 * connection.
 *
 * @throws {ControlError} `remote-error` for an `ERROR:` line, `protocol` for another line, else as the connection does
 */
export async function requestStream(
  connection: ControlConnection,
  request: JsonObject,
  { begins, problem }: StreamAnswer,
  wait: WaitOptions,
): Promise<Duplex> {
  connection.write(request);
  const line = await connection.line(wait);
  if (line.startsWith(begins)) return connection.stream;
  connection.close();
  throwIfError(line);
  throw new ControlError('protocol', `${problem}: ${shortened(line)}`);
}
