import type { Clock } from '../../ports/clock.js';
import type { ChangeFeed } from '../../ports/controller-storage.js';
import type { DependencyStore } from '../../ports/updates.js';
import { WokenLoop } from '../time/woken-loop.js';
import type { UpdateSource } from './update-source.js';

/** Jobs that are taken in one go, and milliseconds between two looks for those that nobody has told of. */
const TAKEN_AT_ONCE = 200;
const LOOK_MS = 10_000;
const REST_MS = 20;

/** What the updates of a controller need. */
export interface UpdateEngineOptions {
  readonly dependencies: DependencyStore;
  readonly source: UpdateSource;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/** Finds out what pending jobs depend on, and has what they need brought up to date. Any number of controllers may do so at the same time. It owns its loop. */
export class UpdateEngine {
  readonly #options: UpdateEngineOptions;
  readonly #loop: WokenLoop;
  #unlisten: (() => Promise<void>)[] = [];

  constructor(options: UpdateEngineOptions) {
    this.#options = options;
    const { dependencies, clock, onNotice } = options;
    this.#loop = new WokenLoop({
      clock,
      intervalMs: LOOK_MS,
      restMs: REST_MS,
      run: async () => {
        if ((await dependencies.process(TAKEN_AT_ONCE)) === TAKEN_AT_ONCE) this.#loop.wake();
      },
      onError: (error) =>
        onNotice?.(`It could not be found out what jobs depend on: ${String(error)}`),
    });
  }

  /** Begins; resolves once it hears what the storage tells. */
  async start(): Promise<void> {
    const { feed, source } = this.#options;
    const wake = (): void => {
      this.#loop.wake();
    };
    this.#unlisten = [
      await feed.listen('job_pending', wake, wake),
      await feed.listen('job_cancel', (id) => {
        source.cancel(Number(id));
      }),
    ];
    this.#loop.start();
  }

  /** Ends. */
  async stop(): Promise<void> {
    await Promise.all(this.#unlisten.splice(0).map((unlisten) => unlisten()));
    await this.#loop.stop();
  }
}
