import { errorText, makeFolder, type Logger } from '@receptorjs/primitives';
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { QlogFile } from './qlog-file.js';

/** Files that one process keeps: of more the oldest is removed. */
const MAX_FILES = 1_000;

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * The folder of `QLOGDIR`. What can't be written ends all of it, with one line in the log: connections go on without. It alone writes its
 * fields.
 */
export class QlogFolder {
  /** The oldest first. */
  readonly #paths: string[] = [];
  /** Set by `#giveUp` for good. */
  #isOver = false;

  constructor(
    private readonly dir: string,
    private readonly log: Logger,
    private readonly maxFiles: number = MAX_FILES,
  ) {}

  /** A new file for a connection, with the name that the original gives it but for its end: that of JSON text sequences. */
  begin(connectionId: Buffer, role: 'client' | 'server'): QlogFile {
    const path = join(this.dir, `log_${connectionId.toString('hex')}_${role}.sqlog`);
    return new QlogFile({ connectionId, role }, (text, isFirst) =>
      this.#append(path, text, isFirst),
    );
  }

  /** @returns whether there is any use in more */
  #append(path: string, text: string, isFirst: boolean): boolean {
    if (this.#isOver) return false;
    try {
      if (isFirst) this.#make(path);
      const flags = O_WRONLY | O_APPEND | O_NOFOLLOW;
      const file = openSync(path, isFirst ? flags | O_CREAT | O_EXCL : flags, 0o600);
      try {
        writeSync(file, text);
      } finally {
        closeSync(file);
      }
      return true;
    } catch (error) {
      // the oldest ones are removed while their connections go on
      if (isFirst || this.#paths.includes(path)) this.#giveUp(error);
      return false;
    }
  }

  #make(path: string): void {
    if (this.#paths.length === 0) makeFolder(this.dir);
    this.#paths.push(path);
    if (this.#paths.length <= this.maxFiles) return;
    const oldest = this.#paths.shift();
    if (oldest !== undefined) rmSync(oldest, { force: true });
  }

  #giveUp(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.log.warning(`QLOGDIR: nothing more is written to ${this.dir}: ${errorText(error)}`);
  }
}
