/** What is cleaned up; each part is left alone unless it is asked for. */
export interface CleanupOptions {
  /** Shell pattern of private data dirs that are removed, such as `/tmp/.ansible-runner-*`. */
  readonly filePattern?: string;
  /** Folders whose path contains one of these stay; commas separate as well. */
  readonly excludeStrings?: readonly string[];
  /** Minutes for which a folder stays after its last change; 0 for none. Default 60. */
  readonly gracePeriod?: number;
  /** Tags of images that are removed; commas separate as well. */
  readonly removeImages?: readonly string[];
  /** Have the engine remove images that have no tag. */
  readonly imagePrune?: boolean;
  /** Container engine. Default `podman`. */
  readonly processIsolationExecutable?: string;
  /** Gets each sentence for the user, the last of which is `(changed: True)` or `(changed: False)`. */
  readonly onLine?: (sentence: string) => void;
}
