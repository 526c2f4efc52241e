import type { NodeType } from './instance.js';

/** The work type that nodes offer which run jobs of users. */
export const EXECUTION_WORK_TYPE = 'ansible-runner';
/** The one that control and hybrid nodes offer. */
export const CONTROL_WORK_TYPE = 'local';

/** A node of the mesh, as far as it matters for what it is. */
export interface DiscoveredNode {
  readonly hostname: string;
  readonly workTypes: readonly string[];
  /** Nodes that it has a link with. */
  readonly neighbours: number;
}

/**
 * What a node that the mesh shows is, by itself: one that runs jobs, or one that only routes. Nothing for control nodes, which register themselves, and
 * for a node at the end of a single link that offers nothing: that is a client.
 */
export function discoveredType({
  workTypes,
  neighbours,
}: DiscoveredNode): Extract<NodeType, 'execution' | 'hop'> | undefined {
  if (workTypes.includes(CONTROL_WORK_TYPE)) return undefined;
  if (workTypes.includes(EXECUTION_WORK_TYPE)) return 'execution';
  return workTypes.length === 0 && neighbours >= 2 ? 'hop' : undefined;
}
