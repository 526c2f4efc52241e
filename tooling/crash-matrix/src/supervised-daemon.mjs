import { setTimeout } from 'node:timers/promises';
import { Daemon } from '@receptorjs/tooling-attacks/daemon';

/** A daemon that is started again whenever it was killed, as a service manager does. It alone writes its fields. */
export class SupervisedDaemon {
  #isOver = false;
  /** @type {Promise<void> | undefined} */
  #watching;

  /**
   * @param {import('@receptorjs/tooling-attacks/commands').Commands} commands
   * @param {string} name
   * @param {string} folder
   * @param {readonly object[]} actions
   * @param {() => number} restartMs milliseconds until it is started again
   */
  constructor(commands, name, folder, actions, restartMs) {
    this.commands = { ...commands };
    this.restartMs = restartMs;
    this.daemon = new Daemon(this.commands, name, folder, actions);
    /** How often it was killed. */
    this.crashes = 0;
    /** How it ended when nobody killed it. @type {string | undefined} */
    this.failure = undefined;
  }

  /** @param {string} [point] where it kills itself, the first time alone */
  start(point) {
    const { env } = this.commands;
    if (point !== undefined) this.commands.env = { ...env, RECEPTORJS_STOP_AT: point };
    this.daemon.start();
    this.commands.env = env;
    this.#watching = this.#watch();
  }

  async #watch() {
    for (;;) {
      const end = await this.daemon.ended();
      if (this.#isOver) return;
      if (end !== 'SIGKILL') {
        this.failure = `${this.daemon.name} ended by itself (${String(end)}): ${this.daemon.logText().slice(-400)}`;
        return;
      }
      this.crashes += 1;
      await setTimeout(this.restartMs());
      if (this.#isOver) return;
      this.daemon.start();
    }
  }

  kill() {
    if (this.daemon.end === undefined) this.daemon.signal('SIGKILL');
  }

  async stop() {
    this.#isOver = true;
    await this.daemon.stop();
    await this.#watching;
  }
}
