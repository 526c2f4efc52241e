import { hashNodeId, type Hash64 } from '../../wire/highway-hash.js';
import type { LinkTransport } from '../links/link-transport.js';
import { ownCopy } from '../own-copy.js';

/** The next hop on the route to a node: the neighbor and the link to it. */
export interface NextHop {
  readonly nodeId: string;
  readonly transport: LinkTransport;
}

const NO_CONNECTIONS: ReadonlyMap<string, number> = new Map();
const NO_EDGES: NodeRecord[] = [];
const NO_COSTS: number[] = [];

/** One node of the mesh, as this node knows it. */
export class NodeRecord {
  readonly id: string;
  readonly hash: Hash64;
  /** Its place among the nodes of the table; those of forgotten nodes are used again. Written by the table only. */
  place = -1;
  /** Written by the routing state only. */
  epoch = 0n;
  /** Written by the routing state only. */
  sequence = 0n;
  /** Update ID of the last update taken, or undefined before the first. Written by the routing state only. */
  updateId: string | undefined;
  /** When its last update arrived. Written by the routing state only. */
  heardAt: number;
  /** When it was last found out of reach. Written by the routing state only. */
  lostAt = -Infinity;
  /** When it came into reach, while it is; undefined otherwise. Written by the routing state only. */
  reachedAt: number | undefined;
  /** The longest time it has been in reach so far, in milliseconds. Written by the routing state only. */
  inReachMs = 0;
  /** The epoch of another node with this ID that the node has objected to. Written by `DuplicateIds` only. */
  refusedEpoch = 0n;
  /** Whether its link was given up for what it had sent. Written by the routing state only. */
  isDistrusted = false;
  /** Neighbor to link cost, as the node itself says. Written by `NodeTable.connect`, and for this node by the routing state. */
  connections: ReadonlyMap<string, number> = NO_CONNECTIONS;
  /** Those of its neighbors that are known, and the costs of the links to them; see `NodeTable.resolve`. Written by the table only. */
  edges: NodeRecord[] = NO_EDGES;
  edgeCosts: number[] = NO_COSTS;
  /** How many nodes the table had been given when the edges were made; -1 when they are not those of the connections. Written by the table only. */
  edgesMadeAt = -1;
  /** Cost of the path to it, Infinity when there is none. Written by the routing state only. */
  cost = Infinity;
  /** Undefined when the node can't be reached. Written by the routing state only. */
  nextHop: NextHop | undefined;
  /** Whether it has been taken out of the table. Written by the table only. */
  isGone = false;
  /** The next record whose hash has the same low half. Written by the table only. */
  sameLow: NodeRecord | undefined;

  constructor(id: string, now: number) {
    this.id = ownCopy(id);
    this.hash = hashNodeId(id);
    this.heardAt = now;
  }
}
