import type { StreamConnection } from './stream-connection.js';

const NONE: ReadonlySet<StreamConnection> = new Set();

/** The connections of a host by the node at their other end: a change of one route is no matter of all. It alone writes its map. */
export class ConnectionsByNode {
  readonly #byNode = new Map<string, Set<StreamConnection>>();

  add(connection: StreamConnection): void {
    const { remoteNode } = connection.ends;
    const known = this.#byNode.get(remoteNode);
    if (known === undefined) this.#byNode.set(remoteNode, new Set([connection]));
    else known.add(connection);
  }

  delete(connection: StreamConnection): void {
    const { remoteNode } = connection.ends;
    const known = this.#byNode.get(remoteNode);
    if (known?.delete(connection) === true && known.size === 0) this.#byNode.delete(remoteNode);
  }

  of(nodeId: string): ReadonlySet<StreamConnection> {
    return this.#byNode.get(nodeId) ?? NONE;
  }
}
