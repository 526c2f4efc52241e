/** How a server is started. */
export interface PostgresOptions {
  /** Whether what is committed is on the disk, as in production; default false: a test's server never loses power. */
  readonly durable?: boolean;
  /** Further settings of the server, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL server on a free port of 127.0.0.1, with a folder of its own that goes with it. */
export interface TestPostgres {
  /** Its version, such as `17.10`. */
  readonly version: string;
  /** The URL of a database, which need not exist; default `postgres`, which always does. */
  url(database?: string): string;
  /** Stops the server as an administrator does (`fast`: connections are cut), and starts it again on the same port. */
  restart(): Promise<void>;
  /** Stops the server as a power cut does, with no farewell to anybody; {@link TestPostgres.start} brings it back. */
  kill(): Promise<void>;
  /** Starts a server that was killed. */
  start(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Why there can be no server here, for the titles of skipped tests; empty where there can. Programs are looked for in the folder
 * that `RECEPTOR_POSTGRES` names, in the npm package of this platform, and where Debian installs them.
 */
export const missingPostgres: string;

/** Whether there can be no server here; says so on the console. */
export function skipsWithoutPostgres(): boolean;

/**
 * Starts a server. Root may start one: it then runs as another user, as PostgreSQL refuses to run as root.
 *
 * @throws Error with the server's log where it does not come up
 */
export function startPostgres(options?: PostgresOptions): Promise<TestPostgres>;
