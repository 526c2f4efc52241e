import { spacedJson } from '@receptorjs/runner-core/internal';
import type { MessageWriter } from './messages/message-writer.js';

/** What a worker says besides its results: a line each, which a receiving side that does not know them passes over. */
export type NoteKind = 'warning' | 'debug';

/** Notes of a kind that are taken from one stream; what comes beyond them is left out. */
const MAX_NOTES = { warning: 100, debug: 10_000 } as const;
/** Characters of a note that are shown. */
const MAX_CHARACTERS = 2000;

/**
 * Puts what a worker has to say into its stream. Nothing else may be written to the worker's standard output and error while
 * the stream lasts: both may be one file, in which a foreign line makes the stream unreadable.
 */
export class NoteSender {
  readonly #writer: MessageWriter;

  constructor(writer: MessageWriter) {
    this.#writer = writer;
  }

  /** Never fails: what stops the stream is reported by what is written next. After the end nothing is sent. */
  send(kind: NoteKind, text: string): void {
    void this.#writer.unlessEnded(spacedJson({ [kind]: text })).catch(() => undefined);
  }
}

/** Who gets the notes. */
type NoteHandlers = Readonly<Record<NoteKind, ((sentence: string) => void) | undefined>>;

/** Takes the notes of one stream; a worker may write anything, so they are bounded and cleaned. */
export class NoteReceiver {
  readonly #handlers: NoteHandlers;
  readonly #taken = { warning: 0, debug: 0 };

  constructor(handlers: NoteHandlers) {
    this.#handlers = handlers;
  }

  /** Whether the message was a note, and is dealt with. */
  take(message: Readonly<Record<string, unknown>>): boolean {
    for (const kind of ['warning', 'debug'] as const) {
      const text = message[kind];
      if (typeof text !== 'string' || 'event' in message || 'counter' in message) continue;
      this.#taken[kind] += 1;
      if (this.#taken[kind] <= MAX_NOTES[kind])
        this.#handlers[kind]?.(
          `the worker says: ${text.slice(0, MAX_CHARACTERS).replace(/\p{C}/gu, '?')}`,
        );
      return true;
    }
    return false;
  }
}
