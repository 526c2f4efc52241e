import {
  type ByteReceiver,
  ControlError,
  encodeJson,
  isJsonObject,
  isRemoteAnswer,
  parseUnitStatus,
  type JsonObject,
  type ReportedStatus,
} from '@receptorjs/control-protocol';
import type { ControlConnection } from '../connection/control-connection.js';

/** What is told of a unit that is followed: its status, or the next bytes of its stdout. */
export type UnitPart = { readonly status: ReportedStatus } | { readonly stdout: Uint8Array };

/** How a unit is told of. */
export interface UnitStreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Takes stdout in memory of its own, which then is no part of what is given. */
  readonly stdout?: ByteReceiver | undefined;
}

/**
 * Sends a `work follow` request and gives what the node tells, as it comes. The connection serves further requests once the node has told
 * the end; one that is left earlier is closed.
 *
 * @throws {ControlError} `remote-error` when the node refuses, `protocol`, `closed`, `aborted`; whatever `stdout` throws
 */
export async function* unitStream(
  connection: ControlConnection,
  request: JsonObject,
  { signal, stdout }: UnitStreamOptions,
): AsyncGenerator<UnitPart, void> {
  const leave = await connection.turn();
  let isInStep = false;
  try {
    connection.write(request);
    for (let isFirst = true; ; isFirst = false) {
      const line = await connection.nextLine(signal);
      if (line === undefined) throw new ControlError('closed', 'the stream of a unit ended early');
      let reply;
      try {
        reply = connection.parseReply(line);
      } catch (error) {
        isInStep = isFirst && isRemoteAnswer(error);
        throw error;
      }
      if (!isJsonObject(reply)) throw new ControlError('protocol', 'reply is not an object');
      if ('End' in reply) {
        isInStep = true;
        return;
      }
      if ('Bytes' in reply) {
        const count = byteCount(reply);
        if (stdout) await connection.bytesTo(count, stdout, signal);
        else for await (const bytes of connection.bytes(count, signal)) yield { stdout: bytes };
      } else {
        yield { status: parseUnitStatus(reply) };
      }
    }
  } finally {
    if (!isInStep) connection.close();
    leave();
  }
}

function byteCount({ Bytes }: JsonObject): number {
  if (typeof Bytes === 'number' && Number.isSafeInteger(Bytes) && Bytes > 0) return Bytes;
  const shown = encodeJson(Bytes ?? null).slice(0, 80);
  throw new ControlError('protocol', `Bytes must be a positive number of bytes, not ${shown}`);
}
