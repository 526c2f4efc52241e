import type { StreamEnds } from '../mesh-stream.js';

/**
 * Connections of a host by the node at their other end: a change of one route is no matter of all. It alone writes its
 * map.
 */
export class ConnectionsByNode<Connection extends { readonly ends: StreamEnds }> {
  readonly #byNode = new Map<string, Set<Connection>>();
  readonly #none: ReadonlySet<Connection> = new Set();

  add(connection: Connection): void {
    const { remoteNode } = connection.ends;
    const known = this.#byNode.get(remoteNode);
    if (known === undefined) this.#byNode.set(remoteNode, new Set([connection]));
    else known.add(connection);
  }

  delete(connection: Connection): void {
    const { remoteNode } = connection.ends;
    const known = this.#byNode.get(remoteNode);
    if (known?.delete(connection) === true && known.size === 0) this.#byNode.delete(remoteNode);
  }

  of(nodeId: string): ReadonlySet<Connection> {
    return this.#byNode.get(nodeId) ?? this.#none;
  }
}
