import { MeshError } from '../errors.js';
import { frameJson, MESSAGE_TYPE } from './message-type.js';
import {
  booleanField,
  encodeMap,
  encodeString,
  isObject,
  parseObject,
  stringField,
} from './json.js';
import { parseRfc3339 } from './rfc3339.js';

/** What a service speaks: 0 datagrams, 1 streams, 2 streams with a TLS configuration of its own. */
export type ConnectionType = 0 | 1 | 2;

/** A work type a control service offers. */
export interface WorkCommand {
  readonly workType: string;
  /** Whether submissions of it must be signed. */
  readonly secure: boolean;
}

/** What a node says about one of its services: flooded through the whole mesh. */
export interface ServiceAdvertisement {
  readonly nodeId: string;
  readonly service: string;
  /** When it was said, RFC 3339 with nanoseconds, as text: the newest of two wins. */
  readonly time: string;
  /** See {@link ConnectionType}; a number outside it is kept as it is. */
  readonly connectionType: number;
  /** `null` when the node sent none. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** `null` when the service offers no work. */
  readonly workCommands: readonly WorkCommand[] | null;
  /** Whether this withdraws the service. */
  readonly cancel: boolean;
}

/** The message for an advertisement. */
export function encodeServiceAdvertisement(advertisement: ServiceAdvertisement): Buffer {
  const { tags, workCommands } = advertisement;
  const tagsJson =
    tags === null
      ? 'null'
      : encodeMap(Object.entries(tags).map(([tag, value]) => [tag, encodeString(value)] as const));
  const workJson =
    workCommands === null
      ? 'null'
      : `[${workCommands
          .map((w) => `{"WorkType":${encodeString(w.workType)},"Secure":${w.secure}}`)
          .join(',')}]`;
  return frameJson(
    MESSAGE_TYPE.serviceAdvertisement,
    `{"NodeID":${encodeString(advertisement.nodeId)},"Service":${encodeString(advertisement.service)}` +
      `,"Time":${encodeString(advertisement.time)},"ConnType":${advertisement.connectionType}` +
      `,"Tags":${tagsJson},"WorkCommands":${workJson},"Cancel":${advertisement.cancel}}`,
  );
}

/**
 * Reads an advertisement; `json` is the message after its type byte.
 *
 * @throws {MeshError} `malformed-message`
 */
export function decodeServiceAdvertisement(json: string): ServiceAdvertisement {
  const object = parseObject(json);
  const time = stringField(object, 'Time');
  if (parseRfc3339(time) === undefined) {
    throw new MeshError('malformed-message', 'field Time must be an RFC 3339 time');
  }
  const connectionType = object['ConnType'] ?? 0;
  if (
    typeof connectionType !== 'number' ||
    !Number.isInteger(connectionType) ||
    connectionType < 0 ||
    connectionType > 255
  ) {
    throw new MeshError('malformed-message', 'field ConnType must be a byte');
  }
  return {
    nodeId: stringField(object, 'NodeID'),
    service: stringField(object, 'Service'),
    time,
    connectionType,
    tags: tagsField(object['Tags'] ?? null),
    workCommands: workCommandsField(object['WorkCommands'] ?? null),
    cancel: booleanField(object, 'Cancel'),
  };
}

function tagsField(value: unknown): Readonly<Record<string, string>> | null {
  if (value === null) return null;
  if (!isObject(value)) throw new MeshError('malformed-message', 'field Tags must be an object');
  return Object.fromEntries(
    Object.keys(value).map((tag) => [tag, stringField(value, tag)] as const),
  );
}

function workCommandsField(value: unknown): readonly WorkCommand[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) {
    throw new MeshError('malformed-message', 'field WorkCommands must be a list');
  }
  return value.map((item: unknown) => {
    if (!isObject(item)) {
      throw new MeshError('malformed-message', 'an item of WorkCommands must be an object');
    }
    return { workType: stringField(item, 'WorkType'), secure: booleanField(item, 'Secure') };
  });
}
