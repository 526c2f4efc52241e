/** Bytes of a slab: four of the largest data messages, with what is in front of each. */
export const SLAB_BYTES = 262_144;
/** Slabs that are kept while no link needs them, 4 MiB. */
const MAX_FREE = 16;

/**
 * Memory in which links put together what they send, used again once it was written: memory made anew for what is sent
 * would be the garbage collector's to free, at a quarter of the cost of a stream. It alone writes its fields.
 */
export class SlabPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
  }

  /** Takes back a slab that nobody reads or writes any more. */
  give(slab: Buffer): void {
    if (this.#free.length < MAX_FREE) this.#free.push(slab);
  }
}

/** That of all links of the process. */
export const slabs = new SlabPool();
