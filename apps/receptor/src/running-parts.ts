import { errorText } from '@receptorjs/primitives';
import { describeAction, type Action } from '@receptorjs/receptor-config';
import { linkParts } from './parts/links.js';
import type { Part, PartContext, PartStarters, StartPart } from './parts/part.js';
import { observabilityParts } from './parts/observability.js';
import { serviceParts } from './parts/services.js';
import { workParts } from './parts/work.js';
import { withLocation } from './with-location.js';

/** Every action that has a part, in the order in which they are started: what links bring in finds services and work there. */
const starters: PartStarters = {
  ...workParts,
  ...serviceParts,
  ...linkParts,
  ...observabilityParts,
};

const startOrder = Object.keys(starters);

/** The parts of a daemon, each by the action it was started for. It alone writes its map. */
export class RunningParts {
  readonly #context: PartContext;
  readonly #parts = new Map<Action, Part>();

  constructor(context: PartContext) {
    this.#context = context;
  }

  /**
   * Starts the parts of the actions that have one. When one can't be started, those of this call are closed again.
   *
   * @throws {Error} which says what could not be started, and where it is written
   */
  async open(actions: readonly Action[]): Promise<void> {
    const opened: Action[] = [];
    try {
      for (const action of inStartOrder(actions)) {
        await this.#start(action);
        opened.push(action);
      }
    } catch (error) {
      await this.close(opened);
      throw error;
    }
  }

  /** Starts again what was closed, each for itself. Gives those that could not be started; why is logged. */
  async reopen(actions: readonly Action[]): Promise<Action[]> {
    const lost: Action[] = [];
    for (const action of inStartOrder(actions)) {
      try {
        await this.#start(action);
      } catch (error) {
        this.#context.log.error(`Could not be started again: ${errorText(error)}`);
        lost.push(action);
      }
    }
    return lost;
  }

  /** Closes the parts of the actions, the last started first. What can't be closed is logged. */
  async close(actions: readonly Action[]): Promise<void> {
    for (const action of inStartOrder(actions).reverse()) {
      const part = this.#parts.get(action);
      this.#parts.delete(action);
      try {
        await part?.close();
      } catch (error) {
        this.#context.log.error(`Error closing ${describeAction(action)}: ${errorText(error)}`);
      }
    }
  }

  /** Closes the services and what watches them: for the end of the process, where links go last and work goes on. */
  async closeServices(): Promise<void> {
    await this.close(
      [...this.#parts.keys()].filter(
        ({ action }) => action in serviceParts || action in observabilityParts,
      ),
    );
  }

  async #start(action: Action): Promise<void> {
    // The table has for each name what takes the fields of that name.
    const start = starters[action.action] as StartPart<Action['action']> | undefined;
    if (start === undefined) return;
    try {
      this.#parts.set(action, await start(action.fields, this.#context));
    } catch (error) {
      throw withLocation(error, action);
    }
  }
}

function inStartOrder(actions: readonly Action[]): Action[] {
  return startOrder.flatMap((name) => actions.filter(({ action }) => action === name));
}
