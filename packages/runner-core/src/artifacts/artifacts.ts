import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, errorCode, UnsafeFileError } from '../errors.js';
import { EVENT_LOG } from '../events/event-log.js';
import { spacedJson } from '../events/json-text.js';
import { makeFolder } from './make-folder.js';
import { openRegularToWrite } from './regular-file.js';
import { writeText } from '../process/output/written-text.js';
import type { FinalStatus } from '../statuses.js';

/**
 * The artifact folder of one run: `command`, `stdout`, `stderr`, `status`, `rc`, `job_events/` and the event log.
 * Files are 0600, folders 0700. Owns the open files.
 *
 * Event files and `stdout` are written synchronously, a few microseconds each, so that their order is the
 * order of the events and nothing is buffered when the process is killed.
 */
export class ArtifactFolder {
  readonly path: string;
  readonly #events: string;
  /** What is written to before it gets its name: not among the events, where a second name would cost as much as the first. */
  readonly #draft: string;
  #stdout: number | undefined;
  #stderr: number | undefined;
  #log: number | undefined;
  #logBytes = 0;

  private constructor(path: string) {
    this.path = path;
    this.#events = join(path, 'job_events');
    this.#draft = join(path, `.event-${randomBytes(6).toString('hex')}.tmp`);
  }

  /**
   * Makes the folder. What an earlier run with the same ident left stays, but for the files that say it has ended.
   *
   * @param root the folder it lies in, or itself where the caller named it: may be a link, which the user or root made. What lies below
   *   may be none: a job that sees the private data directory could have made it, so that files go where it likes.
   * @throws {ConfigurationError} when that can't be done, and for such a link.
   */
  static async create(path: string, root = path): Promise<ArtifactFolder> {
    const folder = new ArtifactFolder(path);
    try {
      await refuseLink(root, [0, process.geteuid?.()]);
      if (path !== root) await refuseLink(path);
      await refuseLink(folder.#events);
      await makeFolder(folder.#events);
      for (const name of ['status', 'rc', EVENT_LOG]) await rm(join(path, name), { force: true });
    } catch (cause) {
      if (cause instanceof ConfigurationError) throw cause;
      throw new ConfigurationError(
        `The folder of the artifacts, ${path}, can't be made or written to: ${String(errorCode(cause))}.`,
        { cause },
      );
    }
    return folder;
  }

  /** Writes `command`: `{"command": [...], "cwd": "...", "env": {...}}`. */
  writeCommand(
    command: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): void {
    this.#write('command', spacedJson({ command, cwd, env }));
  }

  /** Opens `stdout` and `stderr`, which stays empty when both streams are one, on a terminal. */
  openOutput(): void {
    this.#write('stderr', '');
    this.openStdout();
    this.#stderr = openRegularToWrite(join(this.path, 'stderr'), 'append');
  }

  /**
   * Opens `stdout`; what it held is gone.
   *
   * @throws {UnsafeFileError} when something else than a regular file stands there.
   */
  openStdout(): void {
    this.close();
    this.#stdout = openRegularToWrite(join(this.path, 'stdout'), 'replace');
  }

  /** Appends to `stdout`, if it is open. */
  appendStdout(text: string): void {
    append(this.#stdout, text);
  }

  /** Appends to `stderr`, if it is open. */
  appendStderr(text: string): void {
    append(this.#stderr, text);
  }

  /** Writes `job_events/<counter>-<uuid>.json`, whole or in parts; who follows the folder sees whole files only. */
  writeEvent(counter: number, uuid: string, json: string | Iterable<string>): void {
    this.#place(
      `${this.#events}/${counter}-${uuid}.json`,
      typeof json === 'string' ? [json] : json,
    );
  }

  /**
   * Appends events to the log, which is made with the first of them: each a line with its end, or a part of one.
   *
   * @returns how many bytes the log has then
   */
  logEvents(text: string): number {
    this.#log ??= openRegularToWrite(join(this.path, EVENT_LOG), 'append');
    this.#logBytes += writeText(this.#log, text);
    return this.#logBytes;
  }

  /** Writes the files that say how the run ended, whole from the moment they are there, and closes `stdout`. */
  finish(status: FinalStatus, rc: number): void {
    this.close();
    this.#place(join(this.path, 'status'), [status]);
    this.#place(join(this.path, 'rc'), [String(rc)]);
  }

  /** Writes a file with one word, `status` or `rc`, whatever stands in its place: a folder goes with all that is in it. */
  replaceWord(name: 'status' | 'rc', word: string): void {
    const path = join(this.path, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      rmSync(path, { recursive: true });
    this.#place(path, [word]);
  }

  /** Closes `stdout`, `stderr` and the event log; nothing is appended to the first two any more. */
  close(): void {
    for (const file of [this.#stdout, this.#stderr, this.#log])
      if (file !== undefined) closeSync(file);
    this.#log = undefined;
    this.#stdout = undefined;
    this.#stderr = undefined;
  }

  #place(path: string, parts: Iterable<string>): void {
    const file = openSync(this.#draft, 'w', 0o600);
    try {
      for (const part of parts) writeText(file, part);
    } finally {
      closeSync(file);
    }
    try {
      renameSync(this.#draft, path);
    } catch (cause) {
      rmSync(this.#draft, { force: true });
      throw errorCode(cause) === 'EISDIR'
        ? new UnsafeFileError(path, 'it is a folder', { cause })
        : cause;
    }
  }

  #write(name: string, content: string): void {
    const file = openRegularToWrite(join(this.path, name), 'replace');
    try {
      // A file of an earlier run with the same ident keeps its mode on writing.
      fchmodSync(file, 0o600);
      writeText(file, content);
    } finally {
      closeSync(file);
    }
  }
}

/** @param makers the users whose links are followed */
async function refuseLink(
  path: string,
  makers: readonly (number | undefined)[] = [],
): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isSymbolicLink() !== true || makers.includes(found.uid)) return;
  throw new ConfigurationError(
    `The folder of the artifacts can't be written to: ${path} is a link${makers.length > 0 ? ` of the user ${found.uid}` : ''}; remove it.`,
  );
}

function append(file: number | undefined, text: string): void {
  if (file !== undefined) writeText(file, text);
}
