import { runsControlPlane, type NodeType } from './instance.js';

/** Milliseconds between heartbeats, and between the advertisements of a mesh node. */
const HEARTBEAT_MS = 60_000;
const ADVERTISEMENT_MS = 60_000;

/** Milliseconds after which a node counts as lost that nothing was heard of: two heartbeats, and one advertisement where it is known by those. */
export function lostAfterMs(nodeType: NodeType): number {
  return 2 * HEARTBEAT_MS + (runsControlPlane(nodeType) ? 0 : ADVERTISEMENT_MS);
}

/** Whether nothing was heard of a node for too long. @param lastSeen milliseconds; absent for one that was never seen */
export function isLost(
  { nodeType, lastSeen }: { readonly nodeType: NodeType; readonly lastSeen?: number | undefined },
  now: number,
): boolean {
  return lastSeen === undefined || now - lastSeen > lostAfterMs(nodeType);
}
