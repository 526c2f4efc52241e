import type { ControlClient, NodeActivity } from '@receptorjs/control-client';
import { isRemoteAnswer, type UnitStatus } from '@receptorjs/control-protocol';
import type { TopSample } from './top-model.js';

/** Milliseconds within which a node answers that people look at. */
const ANSWER_MS = 3_000;
const FIELDS = ['NodeID', 'Version', 'Connections', 'RoutingTable', 'KnownConnectionCosts'];

/** Looks at a node in few round trips, however many units it has. It alone writes its field. */
export class NodeProbe {
  /** Whether the node has said that it tells no activity, as nodes of the original. */
  #tellsNone = false;

  constructor(private readonly client: ControlClient) {}

  /**
   * @param unitIds units whose statuses are asked for
   * @throws {ControlError} as requests of the client; the next look asks all questions again, for it may be another node then
   */
  async look(unitIds: readonly string[], signal: AbortSignal): Promise<TopSample> {
    try {
      const wait = { signal, timeoutMs: ANSWER_MS };
      return await this.sample(await this.client.workStatuses(unitIds, wait), signal);
    } catch (error) {
      this.#tellsNone = false;
      throw error;
    }
  }

  /** The sample with statuses that are known already. */
  async sample(
    statuses: ReadonlyMap<string, UnitStatus>,
    signal?: AbortSignal,
  ): Promise<TopSample> {
    const wait = { signal, timeoutMs: ANSWER_MS };
    const at = performance.now();
    const activity = this.#tellsNone ? undefined : await this.#activity(wait);
    return { at, activity, status: await this.client.status(FIELDS, wait), statuses };
  }

  async #activity(wait: {
    readonly signal: AbortSignal | undefined;
    readonly timeoutMs: number;
  }): Promise<NodeActivity | undefined> {
    try {
      return await this.client.activity(wait);
    } catch (error) {
      if (!isRemoteAnswer(error)) throw error;
      this.#tellsNone = /^unknown command/i.test(error.message);
      return undefined;
    }
  }
}
