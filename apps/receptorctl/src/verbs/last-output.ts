import { stripVTControlCharacters } from 'node:util';

/** Bytes of the end of what was printed that are kept: more than a last output has. */
const KEPT_BYTES = 16 * 1024;

/** The end of what is printed of a unit's output. It alone writes its fields. */
export class PrintedEnd {
  #kept: Buffer = Buffer.alloc(0);

  /** The chunks, which are noted on their way. */
  async *of(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      const kept = Buffer.concat([this.#kept, chunk.subarray(-KEPT_BYTES)]);
      this.#kept = kept.subarray(Math.max(0, kept.length - KEPT_BYTES));
      yield chunk;
    }
  }

  /** The last output of a unit that has failed, where it is not among what was printed: what it wrote to a stderr of its own. */
  unprinted(lastOutput: string | undefined): string | undefined {
    if (lastOutput === undefined || words(lastOutput) === '') return undefined;
    return words(this.#kept.toString()).includes(words(lastOutput)) ? undefined : lastOutput;
  }
}

/** Letters and digits alone: a last output has no colours, and other ends of lines. */
const words = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
