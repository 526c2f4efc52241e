/** The most bytes kept; what is beyond comes again with the next round of updates and advertisements. */
const MAX_BYTES = 1_048_576;

/** What a peer says on a link before it is decided whether the link is taken. It alone writes its fields. */
export class WaitingMessages {
  readonly #messages: Buffer[] = [];
  #bytes = 0;

  push(message: Buffer): void {
    if (this.#bytes + message.length > MAX_BYTES) return;
    this.#bytes += message.length;
    this.#messages.push(message);
  }

  /** All messages, in order; it is empty after that. */
  take(): readonly Buffer[] {
    this.#bytes = 0;
    return this.#messages.splice(0);
  }
}
