/** The round-trip time of a link, in milliseconds. */
export interface RoundTripTimes {
  /** Smoothed. */
  readonly smoothed: number;
  /** Mean deviation. */
  readonly deviation: number;
  /** The shortest seen. */
  readonly least: number;
}

/**
 * The samples at first, of which the least counts: a link comes up while its ends have much else to do, and what is measured
 * then is that.
 */
const FIRST_SAMPLES = 4;

/** Smooths round-trip times as RFC 6298, section 2, does, after the {@link FIRST_SAMPLES}. It alone writes its fields. */
export class RoundTripTime {
  #times: RoundTripTimes | undefined;
  #samples = 0;

  /** Undefined before the first sample. */
  get times(): RoundTripTimes | undefined {
    return this.#times;
  }

  /** Takes a sample in milliseconds. */
  add(sample: number): void {
    const before = this.#times;
    const least = Math.min(before?.least ?? Infinity, sample);
    const settling = this.#samples < FIRST_SAMPLES;
    const expected = settling ? least : (before?.smoothed ?? sample);
    this.#times =
      before === undefined
        ? { smoothed: sample, deviation: sample / 2, least }
        : {
            smoothed: settling ? least : expected + (sample - expected) / 8,
            deviation: before.deviation + (Math.abs(sample - expected) - before.deviation) / 4,
            least,
          };
    this.#samples += 1;
  }
}
