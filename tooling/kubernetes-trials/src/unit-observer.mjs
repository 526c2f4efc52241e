import { setTimeout } from 'node:timers/promises';
import { ANSWER, SUCCEEDED } from './units.mjs';

const POLL_MS = 100;

/** What a unit's status says, and since when. @typedef {{ ms: number, state: number, detail: string, code: string | undefined, lastOutput: string | undefined }} Seen */

/** Notes each change of the units of a node until it is stopped. It alone writes what it has seen. */
export class UnitObserver {
  /** @type {Map<string, Seen[]>} */
  #seen = new Map();
  #isOver = false;
  #running;

  /** @param {import('@receptorjs/control-client').ControlClient} client */
  constructor(client) {
    this.#running = this.#run(client);
    // whoever waits hears of it
    this.#running.catch(() => undefined);
  }

  /** In the order in which it was seen. @param {string} unitId */
  of(unitId) {
    return this.#seen.get(unitId) ?? [];
  }

  /** Resolves with the last of a unit that has ended. @param {string} unitId @param {number} timeoutMs */
  async end(unitId, timeoutMs) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const last = this.of(unitId).at(-1);
      if (last !== undefined && last.state >= SUCCEEDED) return last;
      if (performance.now() > deadline)
        throw new Error(`${unitId} does not end; the last of it: ${last?.detail}`);
      await Promise.race([setTimeout(POLL_MS), this.#running]);
      if (this.#isOver) throw new Error('nobody looks any more');
    }
  }

  async stop() {
    this.#isOver = true;
    await this.#running;
  }

  async #run(/** @type {import('@receptorjs/control-client').ControlClient} */ client) {
    while (!this.#isOver) {
      for (const [unitId, { state, detail, report }] of await client.workList(undefined, ANSWER)) {
        const seen = this.#seen.get(unitId) ?? [];
        this.#seen.set(unitId, seen);
        const last = seen.at(-1);
        const code = report?.errorCode;
        if (last?.detail === detail && last.state === state && last.code === code) continue;
        seen.push({ ms: performance.now(), state, detail, code, lastOutput: report?.lastOutput });
      }
      await setTimeout(POLL_MS);
    }
  }
}
