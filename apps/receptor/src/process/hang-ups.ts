import type { EventEmitter } from 'node:events';
import type { Log } from '../log/log.js';

/** What a signal comes from and is sent to: the process. */
export interface SignalSource extends Pick<EventEmitter, 'on' | 'off'> {
  readonly pid: number;
  kill(pid: number, signal: 'SIGHUP'): unknown;
}

/**
 * What SIGHUP means to a node: reload the configuration, and never end. From its making on it remembers a signal for which it
 * is too early. Signals that arrive while a reload is under way come to one more. It alone writes its fields.
 */
export class HangUps {
  readonly #process: SignalSource;
  #received = false;
  #reloading = false;
  #reload: (() => Promise<void>) | undefined;

  constructor(process: SignalSource) {
    this.#process = process;
    process.on('SIGHUP', this.#onHangUp);
  }

  /**
   * Reloads from now on, and at once when a signal has come already.
   *
   * @param reload undefined when there is nothing to read again: that is logged then
   */
  serve(reload: (() => Promise<unknown>) | undefined, log: Log): void {
    this.#reload = async () => {
      if (reload === undefined) {
        log.warning('SIGHUP received: there is no configuration file to reload, the node goes on');
        return;
      }
      log.info('SIGHUP received: reloading the configuration');
      try {
        await reload();
      } catch (error) {
        log.error(`Configuration not reloaded: ${String(error)}`);
      }
    };
    void this.#run();
  }

  /** Nothing happens at SIGHUP any more: the node is being closed. */
  ignore(): void {
    this.#reload = () => Promise.resolve();
  }

  /** SIGHUP means what it means to every program, the one that has come already too. */
  release(): void {
    this.#process.off('SIGHUP', this.#onHangUp);
    if (this.#received) this.#process.kill(this.#process.pid, 'SIGHUP');
  }

  readonly #onHangUp = (): void => {
    this.#received = true;
    void this.#run();
  };

  async #run(): Promise<void> {
    if (this.#reloading) return;
    this.#reloading = true;
    while (this.#received && this.#reload !== undefined) {
      this.#received = false;
      await this.#reload();
    }
    this.#reloading = false;
  }
}
