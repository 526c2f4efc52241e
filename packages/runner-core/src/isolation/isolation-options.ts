/** Credentials for the registry an image comes from. */
export interface ContainerAuthData {
  /** Host, with its port if need be. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** Default `true`. */
  readonly verifySsl?: boolean;
}

/** Where the job is shut in. The settings of the same names win over each of them. */
export interface IsolationOptions {
  /** Run the job in a container or sandbox. */
  readonly processIsolation?: boolean;
  /** `podman` (default), `docker` or `bwrap`, also by path. */
  readonly processIsolationExecutable?: string;
  /** Folder for the empty files and folders that hide others from a bwrap sandbox. Default: the system's temporary folder. */
  readonly processIsolationPath?: string;
  /** Paths a bwrap sandbox sees nothing in. */
  readonly processIsolationHidePaths?: readonly string[];
  /** Paths a bwrap sandbox may write to, besides the private data dir. */
  readonly processIsolationShowPaths?: readonly string[];
  /** Paths a bwrap sandbox may read. */
  readonly processIsolationRoPaths?: readonly string[];
  /** Image of the container. */
  readonly containerImage?: string;
  /** Further mounts, each `source:destination` or `source:destination:options`. */
  readonly containerVolumeMounts?: readonly string[];
  /** Further arguments of the engine's `run`. */
  readonly containerOptions?: readonly string[];
  /** Working folder in the container. */
  readonly containerWorkdir?: string;
  /** Credentials for the image's registry; they are in no artifact and no process list. */
  readonly containerAuthData?: ContainerAuthData;
  /** Folder of this machine a command works in; a container sees it at the same path. */
  readonly hostCwd?: string;
  /** Folder below which the job gets a copy of the project to work in; the copy is removed afterwards. */
  readonly directoryIsolationBasePath?: string;
}
