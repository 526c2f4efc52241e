import type { WasmMemory } from './web-assembly.js';

/** The memory of an instance, whose views are made anew when it has grown, which leaves the old ones empty. It alone writes its fields. */
export class EngineMemory {
  readonly #memory: WasmMemory;
  #bytes: Buffer;
  #numbers: Float64Array;

  constructor(memory: WasmMemory) {
    this.#memory = memory;
    this.#bytes = Buffer.from(memory.buffer);
    this.#numbers = new Float64Array(memory.buffer);
  }

  /** All of it; good until the next call of the instance. */
  get bytes(): Buffer {
    if (this.#bytes.length === 0) this.#renew();
    return this.#bytes;
  }

  /** The memory as numbers of 64 bits; good until the next call of the instance. */
  get numbers(): Float64Array {
    if (this.#numbers.length === 0) this.#renew();
    return this.#numbers;
  }

  /** A part of {@link bytes}. Addresses may come as negative numbers. */
  at(place: number, length: number): Buffer {
    const start = place >>> 0;
    return this.bytes.subarray(start, start + length);
  }

  /** A part that stays as it is. */
  copy(place: number, length: number): Buffer {
    return Buffer.from(this.at(place, length));
  }

  write(bytes: Uint8Array, place: number): number {
    this.bytes.set(bytes, place >>> 0);
    return bytes.length;
  }

  #renew(): void {
    this.#bytes = Buffer.from(this.#memory.buffer);
    this.#numbers = new Float64Array(this.#memory.buffer);
  }
}
