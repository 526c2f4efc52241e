import { MAX_MESSAGE_BYTES } from '../wire/message-type.js';
import type { NextHop } from './node-table.js';

/** The far end of an established link. */
export interface Neighbour extends NextHop {
  readonly cost: number;
  /** Gives the link up. */
  refuse(now: number, reason: string): void;
}

/** The established links of a node, by neighbour. Written by the link sessions only. */
export class Neighbours {
  readonly #byNode = new Map<string, Neighbour>();

  get size(): number {
    return this.#byNode.size;
  }

  get(nodeId: string): Neighbour | undefined {
    return this.#byNode.get(nodeId);
  }

  set(neighbour: Neighbour): void {
    this.#byNode.set(neighbour.nodeId, neighbour);
  }

  delete(nodeId: string): void {
    this.#byNode.delete(nodeId);
  }

  values(): IterableIterator<Neighbour> {
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
