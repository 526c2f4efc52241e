import { onAbort } from '@receptorjs/primitives';
import type { MeshNode } from '@receptorjs/netceptor';
import { NodeRunError } from '../errors.js';

/** What is waited for, and until when. */
export interface NodeWait {
  /** Subscribes to what is waited for; gives the unsubscription. */
  readonly listen: (done: () => void, fail: (error: NodeRunError) => void) => () => void;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The error when it does not happen in time. */
  readonly late: () => NodeRunError;
}

/**
 * Waits for something to happen to a node.
 *
 * @throws {NodeRunError} that of `late`, `node-id-in-use`; the signal's reason
 */
export async function awaitNode(node: MeshNode, wait: NodeWait): Promise<void> {
  const { signal, timeoutMs } = wait;
  const cleanUp: (() => void)[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(wait.late()), timeoutMs);
      const duplicate = () =>
        reject(
          new NodeRunError(
            'node-id-in-use',
            `Another node of the mesh has the ID ${node.nodeId}; choose another one, or none.`,
          ),
        );
      const abort = () =>
        reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      node.once('duplicate-node', duplicate);
      cleanUp.push(
        wait.listen(resolve, reject),
        () => clearTimeout(timer),
        () => node.off('duplicate-node', duplicate),
        onAbort(signal, abort),
      );
    });
  } finally {
    for (const each of cleanUp) each();
  }
}
