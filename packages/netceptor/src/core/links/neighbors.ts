import { MAX_MESSAGE_BYTES } from '../../wire/message-type.js';
import type { NextHop } from '../routing/node-record.js';

/** The far end of an established link. */
export interface Neighbor extends NextHop {
  readonly cost: number;
  /** Gives the link up. */
  refuse(now: number, reason: string): void;
}

/** The established links of a node, by neighbor. Written by the link sessions only. */
export class Neighbors {
  readonly #byNode = new Map<string, Neighbor>();

  get size(): number {
    return this.#byNode.size;
  }

  get(nodeId: string): Neighbor | undefined {
    return this.#byNode.get(nodeId);
  }

  set(neighbor: Neighbor): void {
    this.#byNode.set(neighbor.nodeId, neighbor);
  }

  delete(nodeId: string): void {
    this.#byNode.delete(nodeId);
  }

  values(): IterableIterator<Neighbor> {
    return this.#byNode.values();
  }

  /** Sends a message over every link but the one to `except`; false, and nothing is sent, when it is too long for a link. */
  flood(message: Buffer, except?: string): boolean {
    if (message.length > MAX_MESSAGE_BYTES) return false;
    for (const { nodeId, transport } of this.#byNode.values()) {
      if (nodeId !== except) transport.sendControl(message);
    }
    return true;
  }
}
