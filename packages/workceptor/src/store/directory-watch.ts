import { mayUseLinux } from '@receptorjs/process-table';
import { watch, type FSWatcher } from 'node:fs';

/** Milliseconds between looks where the system does not report changes, or has no watches left to give. */
const LOOK_MS = 250;

/**
 * Calls back whenever something in a folder changed; names may be missing or coalesced. Only Linux reports reliably and at once
 * that a file in a folder was written to: macOS reports it late, and the BSDs only what came into the folder and went out of it.
 * There it looks at intervals besides.
 */
export class DirectoryWatch {
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    path: string,
    private readonly onChange: (name: string | undefined) => void,
  ) {
    if (!mayUseLinux()) this.#lookAtIntervals();
    // where Linux' ways are forbidden, to see that it works without
    if (process.platform === 'linux' && !mayUseLinux()) return;
    try {
      this.#watcher = watch(path, (_event, name) => {
        this.onChange(name ?? undefined);
      });
      this.#watcher.on('error', () => {
        this.#fallBack();
      });
    } catch {
      this.#fallBack();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    clearInterval(this.#timer);
  }

  /** The system refuses to watch (its number of watches is limited). */
  #fallBack(): void {
    if (this.#isClosed) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#lookAtIntervals();
  }

  #lookAtIntervals(): void {
    this.#timer ??= setInterval(() => {
      this.onChange(undefined);
    }, LOOK_MS);
  }
}
