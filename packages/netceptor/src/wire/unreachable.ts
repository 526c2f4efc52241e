import { LARGEST_PAYLOAD_BYTES } from './message-type.js';
import { encodeString, parseObject, stringField } from './json.js';

/** The payload of a message to the service `unreach`: what became of another message. */
export interface UnreachableMessage {
  /** Sender and target of the message that could not be delivered. */
  readonly fromNode: string;
  readonly toNode: string;
  readonly fromService: string;
  readonly toService: string;
  /** Why: one of the texts of `PROBLEM_TEXT`, or something a newer node says. */
  readonly problem: string;
  /** The largest payload the reporting node could have handed on, in bytes. An addition of this project. */
  readonly maxPayloadBytes?: number | undefined;
}

/** The payload for an unreachable message. */
export function encodeUnreachable(message: UnreachableMessage): Buffer {
  return Buffer.from(
    `{"FromNode":${encodeString(message.fromNode)},"ToNode":${encodeString(message.toNode)}` +
      `,"FromService":${encodeString(message.fromService)},"ToService":${encodeString(message.toService)}` +
      `,"Problem":${encodeString(message.problem)}` +
      (message.maxPayloadBytes === undefined ? '}' : `,"MaxPayload":${message.maxPayloadBytes}}`),
  );
}

/**
 * Reads the payload of an unreachable message.
 *
 * @throws {MeshError} `malformed-message`
 */
export function decodeUnreachable(payload: Buffer): UnreachableMessage {
  const object = parseObject(payload.toString('utf8'));
  return {
    fromNode: stringField(object, 'FromNode'),
    toNode: stringField(object, 'ToNode'),
    fromService: stringField(object, 'FromService'),
    toService: stringField(object, 'ToService'),
    problem: stringField(object, 'Problem'),
    maxPayloadBytes: payloadLimit(object['MaxPayload']),
  };
}

/** A limit that can't be one is as good as none. */
function payloadLimit(value: unknown): number | undefined {
  return typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= LARGEST_PAYLOAD_BYTES
    ? value
    : undefined;
}
