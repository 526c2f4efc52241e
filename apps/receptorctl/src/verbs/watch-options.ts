/** How changes are printed. */
export interface WatchOptions {
  /** One object of JSON a line: `UnitID` and the keys of a status; of all units, the lines of `work events`. */
  readonly json?: boolean | undefined;
  /** The cursor behind which it goes on. */
  readonly after?: string | undefined;
}
