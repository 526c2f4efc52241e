import { makeFolderSync } from '@receptorjs/runner-core/internal';
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fromRecords, toRecord, type Message } from './message.js';

/** A file of messages, owned by this spool. */
export interface Segment {
  /** Name without the owner's mark; sorts by age. */
  readonly name: string;
  readonly bytes: number;
  readonly count: number;
  /** Left by an earlier run. */
  readonly earlier: boolean;
}

const OWNER = /^(.+)\.(\d+-\d+)@([\w.-]+)$/;
/** Age from which a file that another machine's process has left alone is free, in ms: a day. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;
const NAME = /^\d{15}-[\da-f]{8}-\d{6}-(\d+)$/;

/**
 * The folder in which messages of one plugin for one target wait on disk, in files of about a mebibyte.
 *
 * A file's name is `<ms of the run's start>-<run>-<number>-<messages>`; while a process works on it,
 * `.<pid>-<ms of the process's start>@<host>` is appended. Files without that mark, or with that of a process that is gone,
 * are free to be taken by any run: renaming decides who has them. Those of other machines are after a day. Folders are 0700,
 * files 0600.
 */
export class SpoolFolder {
  readonly #path: string;
  // In a container the process before this one had the same number.
  readonly #process = `${process.pid}-${Math.trunc(performance.timeOrigin)}`;
  readonly #host = hostname().replace(/[^\w.-]/g, '_');

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes over what earlier runs left, the oldest first. */
  adopt(): Segment[] {
    const adopted: Segment[] = [];
    for (const file of this.#files()) {
      const [, name = file, owner, host] = OWNER.exec(file) ?? [];
      const count = NAME.exec(name)?.[1];
      if (count === undefined) continue;
      try {
        if (owner !== undefined && this.#mayWork(file, owner, host)) continue;
        renameSync(join(this.#path, file), this.#owned(name));
        const { size } = statSync(this.#owned(name));
        adopted.push({ name, bytes: size, count: Number(count), earlier: true });
      } catch {
        // Another run was faster.
      }
    }
    return adopted.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws what the file system threw; nothing is left then. */
  write(prefix: string, messages: readonly Message[], earlier = false): Segment {
    makeFolderSync(this.#path);
    const name = `${prefix}-${messages.length}`;
    const content = Buffer.from(messages.map(toRecord).join(''));
    try {
      writeFileSync(this.#owned(name), content, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      rmSync(this.#owned(name), { force: true });
      throw error;
    }
    return { name, bytes: content.length, count: messages.length, earlier };
  }

  read(segment: Segment): Message[] {
    return fromRecords(readFileSync(this.#owned(segment.name), 'utf8'));
  }

  remove(segment: Segment): void {
    rmSync(this.#owned(segment.name), { force: true });
  }

  /** Leaves a file to later runs. */
  release(segment: Segment): void {
    renameSync(this.#owned(segment.name), join(this.#path, segment.name));
  }

  /** Removes the folder and its parent when nothing is in them. */
  tidy(): void {
    for (const path of [this.#path, join(this.#path, '..')])
      try {
        rmdirSync(path);
      } catch {
        return;
      }
  }

  #owned(name: string): string {
    return join(this.#path, `${name}.${this.#process}@${this.#host}`);
  }

  #files(): string[] {
    try {
      return readdirSync(this.#path);
    } catch {
      return [];
    }
  }
  /** Whether a process may still work on its file; of another machine's only the file's age speaks. */
  #mayWork(file: string, owner: string, host: string | undefined): boolean {
    if (host !== this.#host)
      return Date.now() - statSync(join(this.#path, file)).mtimeMs < ABANDONED_MS;
    if (owner === this.#process) return true;
    const pid = Number(owner.split('-')[0]);
    if (pid === process.pid) return false;
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  }
}
