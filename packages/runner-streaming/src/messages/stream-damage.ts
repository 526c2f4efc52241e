/** What did not come as it was sent. */
export interface StreamDamage {
  /** Lines that were no message, or held more than one; what was whole in them was taken. */
  readonly lines: number;
  /** The beginning of the first of them: ten at most, of 200 characters. */
  readonly examples: readonly string[];
  /** Foreign text that was removed from archives, in bytes. */
  readonly foreignBytes: number;
  /** Counters of events that are nowhere, as first and last of each gap; 1,000 gaps at most. */
  readonly missingEvents: readonly (readonly [first: number, last: number])[];
  /** Events that were taken from the worker's copies because they had not come alone. */
  readonly recoveredEvents: number;
}

const MAX_EXAMPLES = 10;
const EXAMPLE_CHARACTERS = 200;

/**
 * The beginning of a foreign line: nothing that steers a terminal, and no half of a surrogate pair. A copy: a part of a string
 * keeps all of it.
 */
export function shownPart(line: string): string {
  const part = line.slice(0, EXAMPLE_CHARACTERS).replace(/\p{C}/gu, '?').trimEnd();
  return Buffer.from(part).toString();
}

/** Counts the damage of one stream; reports the first of it at once, and the rest in one sentence at the end. */
export class DamageReport {
  readonly #report: (sentence: string) => void;
  readonly #examples: string[] = [];
  #lines = 0;
  #last: string | undefined;
  #foreignBytes = 0;

  constructor(report: (sentence: string) => void = () => undefined) {
    this.#report = report;
  }

  get lines(): number {
    return this.#lines;
  }

  /** The first damaged line, as far as it is kept. */
  get first(): string | undefined {
    return this.#examples[0];
  }

  /** The last one that was not empty, likewise. */
  get last(): string | undefined {
    return this.#last;
  }

  /** Records a line that was no message. */
  line(text: string, taken: number): void {
    this.#lines += 1;
    const shown = shownPart(text);
    if (shown !== '') this.#last = shown;
    if (this.#examples.length >= MAX_EXAMPLES) return;
    this.#examples.push(shown);
    this.#report(
      taken === 0
        ? `A line of the stream is no message and was passed over: ${shown}`
        : `A line of the stream holds more than a message; ${taken} of it could be taken: ${shown}`,
    );
  }

  /** Records text that stood inside of an archive. */
  foreign(bytes: number): void {
    this.#foreignBytes += bytes;
    this.#report(`${bytes} bytes that did not belong to it were removed from an archive.`);
  }

  /** What was found, or `undefined` when all was well; reports the sum. */
  conclude(
    missingEvents: StreamDamage['missingEvents'],
    recoveredEvents: number,
  ): StreamDamage | undefined {
    const damaged = this.#lines + this.#foreignBytes + missingEvents.length + recoveredEvents > 0;
    if (!damaged) return undefined;
    if (this.#lines > MAX_EXAMPLES)
      this.#report(`${this.#lines} lines of the stream were no messages.`);
    if (recoveredEvents > 0)
      this.#report(
        `${recoveredEvents} events came damaged and were taken from the worker's copies.`,
      );
    if (missingEvents.length > 0)
      this.#report(`Events are missing, with the counters ${gapsText(missingEvents)}.`);
    return {
      lines: this.#lines,
      examples: this.#examples,
      foreignBytes: this.#foreignBytes,
      missingEvents,
      recoveredEvents,
    };
  }
}

function gapsText(gaps: StreamDamage['missingEvents']): string {
  const shown = gaps
    .slice(0, 20)
    .map(([first, last]) => (first === last ? String(first) : `${first} to ${last}`));
  return shown.join(', ') + (gaps.length > shown.length ? ' and others' : '');
}
