import { randomBytes } from 'node:crypto';
import type { JoiningType, MeshAddress } from '../../ports/join-store.js';
import type { ResourceStore, Row } from '../../ports/resource-store.js';
import { CONTROL_PLANE } from '../../domain/fleet.js';
import { JoinError } from './join-error.js';
import { joinDigest } from './joining.js';

const SECRET_BYTES = 32;
const HOUR_MS = 3_600_000;
/** The longest time that a token is good for: a week. */
const MAX_HOURS = 168;

/** What a token is to be for. */
export interface JoinTokenRequest {
  readonly nodeType: JoiningType;
  /** The only node that it is for; default: any that is not there yet. */
  readonly nodeId?: string | undefined;
  /** The instance group that the node is put into, by its id or its name. */
  readonly group?: number | string | undefined;
  /** The node that it links to, by its id or its name; default: all nodes of the control plane that listen. */
  readonly peer?: number | string | undefined;
  /** Where the node listens for links of others; default: nowhere. */
  readonly listener?: MeshAddress | undefined;
  /** Milliseconds that it is good for; default an hour. */
  readonly lifetimeMs?: number | undefined;
  /** The user who makes it. */
  readonly createdBy?: number | undefined;
}

/** A token that was made; its secret is nowhere else. */
export interface NewJoinToken {
  readonly id: number;
  readonly secret: string;
  readonly expires: Date;
  /** What was stored of it, for the activity stream. */
  readonly stored: Row;
}

/**
 * Makes a token: of its secret only a digest is stored.
 *
 * @throws {JoinError} `bad-request` with the field that is wrong
 */
export async function makeJoinToken(
  store: ResourceStore,
  request: JoinTokenRequest,
  now: Date,
): Promise<NewJoinToken> {
  const { nodeType, nodeId = '', listener, lifetimeMs = HOUR_MS, createdBy = null } = request;
  if (!(lifetimeMs > 0 && lifetimeMs <= MAX_HOURS * HOUR_MS))
    throw wrong('expires', `A token is good for ${MAX_HOURS} hours at most.`);
  const group = await groupOf(store, request);
  const peer = await peerOf(store, request);
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const expires = new Date(now.getTime() + lifetimeMs);
  const stored = {
    node_type: nodeType,
    node_id: nodeId,
    instance_group: group,
    peer,
    listener_host: listener?.host ?? '',
    listener_port: listener?.port ?? null,
    expires,
  };
  const own = { digest: joinDigest(secret), created_by: createdBy };
  const id = await store.insert('join_tokens', { ...stored, ...own });
  return { id, secret, expires, stored };
}

async function groupOf(
  store: ResourceStore,
  { group, nodeType }: JoinTokenRequest,
): Promise<number | null> {
  if (group === undefined) return null;
  const found = await find(store, 'instance_groups', 'name', group);
  if (found === undefined) throw wrong('instance_group', `There is no instance group ${group}.`);
  const { id, name, is_container_group: isContainer } = found;
  if (nodeType === 'hop') throw wrong('instance_group', 'A hop node is in no instance group.');
  if (isContainer === true) throw wrong('instance_group', 'A container group has no instances.');
  if (name === CONTROL_PLANE)
    throw wrong('instance_group', `An execution node is not in the group ${CONTROL_PLANE}.`);
  return Number(id);
}

async function peerOf(store: ResourceStore, { peer }: JoinTokenRequest): Promise<number | null> {
  if (peer === undefined) return null;
  const found = await find(store, 'instances', 'hostname', peer);
  if (found === undefined) throw wrong('peer', `There is no node ${peer}.`);
  const listens = await store.count('receptor_addresses', {
    kind: 'field',
    field: 'instance',
    lookup: 'exact',
    value: Number(found['id']),
  });
  if (listens > 0) return Number(found['id']);
  throw wrong('peer', `${String(found['hostname'])} does not listen for links of other nodes.`);
}

async function find(
  store: ResourceStore,
  resource: string,
  field: string,
  value: number | string,
): Promise<Row | undefined> {
  if (typeof value === 'number') return store.get(resource, value);
  const criterion = { kind: 'field', field, lookup: 'exact', value } as const;
  const [row] = await store.list(resource, { criterion, order: [], limit: 1, offset: 0 });
  return row;
}

const wrong = (field: string, message: string): JoinError =>
  new JoinError('bad-request', message, field);
