/** The room on the file system of a unit. All who write there for others ask the same one. */
export interface DiskRoom {
  /**
   * Whether so many bytes may be written while what is kept free stays free; they are counted as written then.
   *
   * @param leftBytes what must be left above that as well, for those who need little. Default: nothing
   */
  admits(bytes: number, leftBytes?: number): Promise<boolean>;
}
