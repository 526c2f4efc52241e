import type { Action } from '@receptorjs/receptor-config';
import { linkParts } from './parts/links.js';
import type { Part, PartContext, PartStarters, StartPart } from './parts/part.js';
import { serviceParts } from './parts/services.js';
import { workParts } from './parts/work.js';

/** Every action that has a part, in the order in which they are started: what links bring in finds services and work there. */
const starters: PartStarters = { ...workParts, ...serviceParts, ...linkParts };

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
   * @throws the error of the part that could not be started
   */
  async open(actions: readonly Action[]): Promise<void> {
    const opened: Action[] = [];
    try {
      for (const action of inStartOrder(actions)) {
        // The table has for each name what takes the fields of that name.
        const start = starters[action.action] as StartPart<Action['action']> | undefined;
        const part = await start?.(action.fields, this.#context);
        if (part === undefined) continue;
        this.#parts.set(action, part);
        opened.push(action);
      }
    } catch (error) {
      await this.close(opened);
      throw error;
    }
  }

  /** Closes the parts of the actions, the last started first. */
  async close(actions: readonly Action[]): Promise<void> {
    for (const action of inStartOrder(actions).reverse()) {
      const part = this.#parts.get(action);
      this.#parts.delete(action);
      await part?.close();
    }
  }

  async closeAll(): Promise<void> {
    await this.close([...this.#parts.keys()]);
  }
}

function inStartOrder(actions: readonly Action[]): Action[] {
  return startOrder.flatMap((name) => actions.filter(({ action }) => action === name));
}
