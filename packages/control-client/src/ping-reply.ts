import { ControlError, isJsonObject, type JsonValue } from '@receptorjs/control-protocol';

/** The answer to a ping. */
export interface PingReply {
  readonly success: boolean;
  readonly from?: string | undefined;
  /** Round trip as people read it, such as `285.713µs`. */
  readonly timeText?: string | undefined;
  readonly timeNs?: number | bigint | undefined;
  readonly error?: string | undefined;
}

/**
 * Reads the reply to a ping.
 *
 * @throws {ControlError} `protocol`
 */
export function parsePingReply(value: JsonValue): PingReply {
  if (!isJsonObject(value)) throw new ControlError('protocol', 'reply is not an object');
  const { Success, From, TimeStr, Time, Error: error } = value;
  return {
    success: Success === true,
    from: typeof From === 'string' ? From : undefined,
    timeText: typeof TimeStr === 'string' ? TimeStr : undefined,
    timeNs: typeof Time === 'number' || typeof Time === 'bigint' ? Time : undefined,
    error: typeof error === 'string' ? error : undefined,
  };
}
