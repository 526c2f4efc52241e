import type { ControlTransport } from './control-transport.js';
import { SILENT_WAIT_MS, type OnWaiting } from './waiting.js';

/** Whose job is followed, and the listener of what changes. */
export interface ReachWatchOptions {
  readonly node: string;
  readonly transport: Pick<ControlTransport, 'isReachable'>;
  readonly onWaiting: OnWaiting;
}

/**
 * Looks each second without output whether the node can still be reached, and says when it can't and when it can again:
 * output that does not come for want of a link looks like a job that says nothing. It alone writes its fields.
 */
export class ReachWatch {
  readonly #timer: NodeJS.Timeout;
  #silent = false;
  #looking = false;
  #lost = false;

  constructor(private readonly options: ReachWatchOptions) {
    this.#timer = setInterval(() => void this.#look(), SILENT_WAIT_MS);
    // The job keeps the process, not the looking at it.
    this.#timer.unref();
  }

  /** Output has come: the node is there. */
  markAlive(): void {
    this.#silent = false;
    if (this.#lost) this.#found();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const wasSilent = this.#silent;
    this.#silent = true;
    if (!wasSilent || this.#looking) return;
    this.#looking = true;
    const { node, transport, onWaiting } = this.options;
    // Who can't even be asked is missed by those that speak to it.
    const reachable = await transport.isReachable().catch(() => true);
    this.#looking = false;
    if (reachable && this.#lost) this.#found();
    else if (!reachable && !this.#lost) {
      this.#lost = true;
      onWaiting(`Waiting for a route to ${node}: it can't be reached now; the job goes on there.`);
    }
  }

  #found(): void {
    this.#lost = false;
    this.options.onWaiting(`${this.options.node} can be reached again.`);
  }
}
