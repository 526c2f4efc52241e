import { MeshError } from '../../errors.js';

/** What a link costs and whom it accepts. */
export interface LinkOptions {
  /** Positive; default 1. Both ends must agree. */
  readonly cost?: number;
  /** Costs for single peers, instead of `cost`. */
  readonly nodeCost?: Readonly<Record<string, number>>;
  /** The only node IDs accepted; any when undefined. */
  readonly allowedPeers?: readonly string[];
}

/**
 * Checks costs.
 *
 * @throws {MeshError} `invalid-cost`
 */
export function checkLinkOptions({ cost = 1, nodeCost = {} }: LinkOptions): void {
  for (const value of [cost, ...Object.values(nodeCost)]) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new MeshError('invalid-cost', `link cost ${value} is not valid`, {
      hint: 'A cost is a positive number.',
    });
  }
}

/** What the link with a peer costs. */
export function costFor({ cost = 1, nodeCost }: LinkOptions, peer: string): number {
  return nodeCost !== undefined && Object.hasOwn(nodeCost, peer) ? (nodeCost[peer] ?? cost) : cost;
}
