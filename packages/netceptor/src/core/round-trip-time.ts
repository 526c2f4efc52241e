/** The round-trip time of a link, in milliseconds. */
export interface RoundTripTimes {
  /** Smoothed. */
  readonly smoothed: number;
  /** Mean deviation. */
  readonly deviation: number;
  /** The shortest seen. */
  readonly least: number;
}

/** Smooths round-trip times as RFC 6298, section 2, does. It alone writes its fields. */
export class RoundTripTime {
  #times: RoundTripTimes | undefined;

  /** Undefined before the first sample. */
  get times(): RoundTripTimes | undefined {
    return this.#times;
  }

  /** Takes a sample in milliseconds. */
  add(sample: number): void {
    const before = this.#times;
    this.#times =
      before === undefined
        ? { smoothed: sample, deviation: sample / 2, least: sample }
        : {
            smoothed: before.smoothed + (sample - before.smoothed) / 8,
            deviation:
              before.deviation + (Math.abs(sample - before.smoothed) - before.deviation) / 4,
            least: Math.min(before.least, sample),
          };
  }
}
