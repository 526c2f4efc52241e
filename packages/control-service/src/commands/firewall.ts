import type { JsonValue } from '@receptorjs/control-protocol';
import { badRequest } from '../errors.js';
import type { MeshHandler } from '../handlers.js';
import { stringField, type Request } from './request.js';

/** Characters of the name of a node or service that patterns are matched with: no name of the mesh is longer. */
const MAX_NAME_LENGTH = 1024;

/**
 * Answers `firewall`, which is added to the protocol: what this node does with a message from `fromnode`, `fromservice` to
 * `tonode`, `toservice`. JSON form only.
 */
export function firewallReply(
  request: Request,
  firewall: NonNullable<MeshHandler['firewall']>,
): JsonValue {
  if (request.form === 'line') throw badRequest('firewall command takes its fields as JSON');
  const { fields } = request;
  const nameIn = (field: string): string => {
    const name = stringField(fields, field);
    if (name.length <= MAX_NAME_LENGTH) return name;
    throw badRequest(`field ${field} has more than ${MAX_NAME_LENGTH} characters`);
  };
  return firewall({
    fromNode: nameIn('fromnode'),
    fromService: nameIn('fromservice'),
    toNode: nameIn('tonode'),
    toService: nameIn('toservice'),
  });
}
