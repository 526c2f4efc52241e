import { watch, type FSWatcher } from 'node:fs';

/** Milliseconds between looks where the system has no watches left to give. */
const fallbackMs = 250;

/** Calls back whenever something in a folder changed; names may be missing or coalesced. */
export class DirectoryWatch {
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    path: string,
    private readonly onChange: (name: string | undefined) => void,
  ) {
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

  /** The system refuses to watch (its number of watches is limited), so look at intervals instead. */
  #fallBack(): void {
    if (this.#isClosed) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#timer ??= setInterval(() => {
      this.onChange(undefined);
    }, fallbackMs);
  }
}
