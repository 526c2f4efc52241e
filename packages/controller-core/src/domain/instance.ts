/**
 * What a node of the mesh is for:
 *
 * - `control`: runs the control plane, and the work that is its own
 * - `hybrid`: that, and jobs of users
 * - `execution`: jobs of users alone
 * - `hop`: routes, and runs nothing
 */
export const nodeTypes = ['control', 'hybrid', 'execution', 'hop'] as const;
export type NodeType = (typeof nodeTypes)[number];

/** Whether nodes of a type run the control plane. */
export const runsControlPlane = (type: NodeType): boolean =>
  type === 'control' || type === 'hybrid';

/** Whether nodes of a type run jobs of users. */
export const runsUserJobs = (type: NodeType): boolean => type === 'execution' || type === 'hybrid';
