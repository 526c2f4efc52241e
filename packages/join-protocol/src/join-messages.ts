import { JoinProtocolError } from './join-protocol-error.js';

/** Where a token is used, below the address of the control plane. */
export const JOIN_PATH = '/api/v2/join/';

/** The longest request and the longest answer, in bytes. */
export const MAX_JOIN_BYTES = 65_536;

/** What a node becomes: one that runs jobs, or one that only routes. */
export type JoinNodeType = 'execution' | 'hop';

/** A machine asks to be a node. */
export interface JoinRequest {
  readonly token: string;
  readonly node_id: string;
  readonly node_type: JoinNodeType;
  /** A certificate request in PEM; what counts of it is its key. */
  readonly csr: string;
}

/** What it needs to be one. Certificates and keys are in PEM. */
export interface JoinAnswer {
  readonly node_id: string;
  readonly node_type: JoinNodeType;
  readonly certificate: string;
  /** The CA that all nodes of the mesh are known by. */
  readonly ca: string;
  /** Addresses to link to, `host:port`, over TCP with TLS. */
  readonly peers: readonly string[];
  /** By which work is verified. */
  readonly work_public_key: string;
  /** The port that the node listens at for links of others; null where it does not. */
  readonly listener_port: number | null;
}

/**
 * Whether a text may be the ID of a node that joins: letters, digits, dots, dashes and underscores, so that it is safe as the name of a file and of a host; at most 253.
 */
export const isNodeId = (text: string): boolean =>
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text);

/** @throws {JoinProtocolError} for an answer that is not complete */
export function readJoinAnswer(body: unknown): JoinAnswer {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string, fits: RegExp): string => {
    const value = answer[name];
    if (typeof value === 'string' && fits.test(value)) return value;
    throw new JoinProtocolError(`the answer of the controller has no usable ${name}`);
  };
  const { peers } = answer;
  const isAddress = (each: unknown): each is string =>
    typeof each === 'string' && /^[A-Za-z0-9.:[\]_-]{1,260}:\d{1,5}$/.test(each);
  if (!Array.isArray(peers) || !peers.every(isAddress) || peers.length === 0)
    throw new JoinProtocolError('the answer of the controller has no usable peers');
  const { listener_port: port } = answer;
  if (port !== null && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536))
    throw new JoinProtocolError('the answer of the controller has no usable listener_port');
  const nodeId = text('node_id', /./);
  if (!isNodeId(nodeId))
    throw new JoinProtocolError('the answer of the controller has no usable node_id');
  return {
    node_id: nodeId,
    node_type: text('node_type', /^(?:execution|hop)$/) as JoinNodeType,
    certificate: text('certificate', /^-----BEGIN CERTIFICATE-----/),
    ca: text('ca', /^-----BEGIN CERTIFICATE-----/),
    work_public_key: text('work_public_key', /^-----BEGIN (?:RSA )?PUBLIC KEY-----/),
    peers,
    listener_port: port as number | null,
  };
}
