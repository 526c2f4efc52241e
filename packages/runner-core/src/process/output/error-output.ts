import { StringDecoder } from 'node:string_decoder';
import type { ArtifactFolder } from '../../artifacts/artifacts.js';
import type { OutputSink } from '../../inputs/run-options.js';
import type { SecretMask } from '../../secrets/secret-mask.js';
import { ShownOutput } from '../../events/shown-output.js';

/** Characters of a line that are held back at most, to find secrets in it. */
const MAX_HELD = 64 * 1024;

/** Takes what a job writes to its standard error: into the artifacts, and onto a sink. */
export class ErrorOutput {
  readonly #decoder = new StringDecoder('utf8');
  readonly #artifacts: ArtifactFolder;
  readonly #shown: ShownOutput | undefined;
  readonly #mask: SecretMask | undefined;
  /** A line that is not whole yet, while there is something to mask. */
  #held = '';

  constructor(
    artifacts: ArtifactFolder,
    sink: OutputSink | undefined,
    mask: SecretMask | undefined,
  ) {
    this.#artifacts = artifacts;
    this.#shown = sink && new ShownOutput(sink);
    this.#mask = mask;
  }

  /** A promise says that the sink wants no more for now. */
  take(bytes: Buffer): void | Promise<void> {
    const text = this.#held + this.#decoder.write(bytes);
    const given = this.#whole(text);
    this.#held = text.slice(given);
    return this.#put(text.slice(0, given));
  }

  /** How much of the text contains no beginning of a secret that goes on. */
  #whole(text: string): number {
    if (this.#mask === undefined) return text.length;
    const end = text.lastIndexOf('\n') + 1;
    return end === 0 && text.length > MAX_HELD ? this.#mask.wholeUntil(text) : end;
  }

  /** Gives out what is left. */
  async end(): Promise<void> {
    await this.#put(this.#held + this.#decoder.end());
    this.#held = '';
  }

  #put(text: string): void | Promise<void> {
    const shown = this.#mask?.hide(text) ?? text;
    this.#artifacts.appendStderr(shown);
    return this.#shown?.show(shown);
  }
}
