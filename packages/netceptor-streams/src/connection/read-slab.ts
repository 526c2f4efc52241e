const SLAB_BYTES = 65_536;
/** Rather than reading in pieces smaller than this a new slab is taken. */
const LEAST_ROOM = 16_384;

/** Memory that streams read into, shared so that a small read does not take a large buffer of its own. */
export class ReadSlab {
  #slab = Buffer.alloc(0);

  /** Room for one read; what is read must be taken with {@link take} before the next. */
  get(): Buffer {
    if (this.#slab.length < LEAST_ROOM) this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    return this.#slab;
  }

  /** The first `length` bytes of the room, which are the caller's from now on. */
  take(length: number): Buffer {
    const taken = this.#slab.subarray(0, length);
    this.#slab = this.#slab.subarray(length);
    return taken;
  }
}
