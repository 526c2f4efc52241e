import type { Socket } from 'node:net';

/** A port of a loopback address that was free a moment ago, for TCP and for UDP; given once in a process. Default: 127.0.0.1. */
export function freePort(host?: string): Promise<number>;

/** The path of a program: of those on PATH, else of those for root. */
export function onPath(name: string): string | undefined;

/**
 * Unpacks packages of Debian, and the libraries they need that are not here, into a cache of the clone: that needs no rights and
 * changes no system.
 *
 * @param name - First word of the name of the cache; the packages are the others
 * @returns the folder they are unpacked in; scripts in its folder `run` start the programs with the libraries
 * @throws Error where they can't be had, with the reason
 */
export function debianPrograms(name: string, packages: readonly string[]): string;

/**
 * The browser of this machine, else Debian's, unpacked into a cache of the clone.
 *
 * @returns its program, and for `LD_LIBRARY_PATH` the libraries that the system lacks, empty where it lacks none
 * @throws Error where there is none to be had, with the reason
 */
export function findChromium(): { readonly path: string; readonly libraries: string };

/** The program that the variable `RECEPTOR_GO` names, for tests that compare with it or talk to it. */
export const goReceptor: {
  /** Empty where there is none. */
  readonly path: string;
  /** For the titles of tests: why they are skipped; empty where they are not. */
  readonly missing: string;
};

/**
 * Whether there is no Go receptor; says so on the console.
 *
 * @param what - What comes of that; default `skipped`.
 */
export function skipsWithoutGo(what?: string): boolean;

/** How a Go receptor is started. */
export interface GoReceptorOptions {
  /** Further fields of the item `node`. */
  readonly node?: object;
  /** Further variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running Go receptor with a control service, in a folder of its own. It alone writes its fields. */
export class GoReceptor {
  private constructor();
  /**
   * Starts one with these configuration items besides `node` and `control-service`; resolves when it is ready.
   *
   * @throws Error that has its log when it ends before that
   */
  static start(
    nodeId: string,
    items: readonly object[],
    options?: GoReceptorOptions,
  ): Promise<GoReceptor>;
  /** Path of its control socket. */
  readonly socket: string;
  /** What it has logged so far, since {@link forgetLog} at the most. */
  readonly log: string;
  /**
   * Resolves when the log matches.
   *
   * @throws Error that has the log when it ends before that
   */
  logged(pattern: RegExp): Promise<void>;
  /** Forgets what was logged, so that the same may be waited for again. */
  forgetLog(): void;
  /** Resolves when it has a route to the node. */
  reaches(nodeId: string): Promise<void>;
  /** A control session, past its greeting. */
  control(): Promise<Socket>;
  /** Sends one command; resolves with the line that answers it. */
  command(line: string): Promise<string>;
  /** Ends it, with SIGKILL by default, and removes its folder; resolves when that is done. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A socket on which services say how they are, as systemd has one. */
export interface NotifySocket {
  /** Resolves with the next message. */
  readonly message: () => Promise<string>;
  close(): void;
}

/**
 * Listens on a path as systemd does. Needs Python.
 *
 * @throws Error where there is none
 */
export function notifySocket(path: string): Promise<NotifySocket>;

/**
 * Reads up to and without the next newline, byte by byte so that what follows stays in the stream.
 *
 * @throws Error when the stream ends before that
 */
export function readLine(stream: NodeJS.ReadableStream): Promise<string>;

/**
 * Reads until what was read so far matches; the stream goes on.
 *
 * @throws Error when the stream ends before that
 */
export function readUntil(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<RegExpExecArray>;
