import type { NodeActivity, NodeStatus } from '@receptorjs/control-client';
import {
  isFinal,
  stateName,
  UnitState,
  type UnitEvent,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { Rates } from './rate.js';
import type { LinkRow, NodeRow, TopView, UnitRow } from './top-view.js';

/** One look at a node. */
export interface TopSample {
  /** Milliseconds of a clock that does not jump. */
  readonly at: number;
  readonly status: NodeStatus;
  /** Nothing of a node that does not tell it. */
  readonly activity: NodeActivity | undefined;
  /** Statuses of units whose stdout may have grown. */
  readonly statuses: ReadonlyMap<string, UnitStatus>;
}

/** What is known of a node, from looks at it and from the events of its units. It alone writes its fields. */
export class TopModel {
  /** In the order in which they have changed. */
  readonly #units = new Map<string, UnitStatus>();
  /** Units that have not been told since the last reset; nothing while no list is under way. */
  #missing: Set<string> | undefined;
  #sample: TopSample | undefined;
  #sampledAt = 0;
  #disconnected: { readonly since: number; readonly reason: string } | undefined;
  readonly #received = new Rates();
  readonly #sent = new Rates();
  readonly #totals = new Rates();
  readonly #stdout = new Rates();

  /** A unit has changed, or a list of all begins or ends. */
  hear(event: UnitEvent): void {
    switch (event.type) {
      case 'reset':
        this.#missing = new Set(this.#units.keys());
        break;
      case 'listed':
        for (const unitId of this.#missing ?? []) this.#units.delete(unitId);
        this.#missing = undefined;
        break;
      case 'released':
        this.#units.delete(event.unitId);
        this.#missing?.delete(event.unitId);
        break;
      case 'unit':
        this.#missing?.delete(event.unitId);
        this.#units.delete(event.unitId);
        this.#units.set(event.unitId, event.status);
        break;
      case 'resumed':
    }
  }

  /** @param now milliseconds since 1970 */
  look(sample: TopSample, now: number): void {
    const { activity, at, statuses } = sample;
    const before = this.#sample?.activity?.uptimeMs;
    // counts begin anew with the node
    if (before !== undefined && activity !== undefined && activity.uptimeMs < before)
      for (const rates of [this.#received, this.#sent, this.#totals, this.#stdout]) rates.clear();
    this.#sample = sample;
    this.#sampledAt = now;
    this.#disconnected = undefined;
    // an event that came after the question says more
    for (const [unitId, status] of statuses)
      if (this.#units.get(unitId)?.state === status.state) this.#units.set(unitId, status);
    const running = [...statuses].filter(([, { state }]) => state === UnitState.Running);
    this.#stdout.look(
      new Map(running.map(([unitId, status]) => [unitId, Number(status.stdoutSize)])),
      at,
    );
    if (!activity) return;
    const bytes = (of: 'receivedBytes' | 'sentBytes'): Map<string, number> =>
      new Map(
        activity.links.flatMap((link): [string, number][] => {
          const value = link[of];
          return value === undefined ? [] : [[`${link.nodeId} ${link.upSince}`, value]];
        }),
      );
    this.#received.look(bytes('receivedBytes'), at);
    this.#sent.look(bytes('sentBytes'), at);
    if (activity.units.size === 0) return;
    this.#totals.look(
      new Map([
        ['submitted', activity.unitsSubmitted],
        ['started', activity.unitsStarted],
        ['ended', activity.unitsEnded],
      ]),
      at,
    );
  }

  /** @param now milliseconds since 1970 */
  lost(reason: string, now: number): void {
    this.#disconnected ??= { since: now, reason };
  }

  /** Running units, those that have changed last first. */
  running(max: number): string[] {
    const ids = [...this.#units].filter(([, { state }]) => state === UnitState.Running);
    return ids
      .reverse()
      .slice(0, max)
      .map(([id]) => id);
  }

  /** What there is to show; nothing before the first look. */
  view(): TopView | undefined {
    if (!this.#sample) return undefined;
    const { activity, status } = this.#sample;
    return {
      nodeId: status.NodeID ?? '',
      version: status.Version ?? '',
      uptimeMs: activity?.uptimeMs,
      at: this.#sampledAt,
      disconnected: this.#disconnected,
      links: this.#links(status, activity),
      nodes: nodesOf(status),
      // a node may count its links alone
      unitCounts: activity && activity.units.size > 0 ? activity.units : this.#counts(),
      submittedRate: this.#totals.perSecond('submitted'),
      startedRate: this.#totals.perSecond('started'),
      endedRate: this.#totals.perSecond('ended'),
      units: this.#unitRows(),
    };
  }

  #links(status: NodeStatus, activity: NodeActivity | undefined): LinkRow[] {
    if (activity && (activity.links.length > 0 || (status.Connections ?? []).length === 0))
      return activity.links.map((link) => {
        const name = `${link.nodeId} ${link.upSince}`;
        return {
          nodeId: link.nodeId,
          cost: link.cost,
          rttMs: link.rttMs,
          receivedBytes: link.receivedBytes,
          sentBytes: link.sentBytes,
          receivedRate: this.#received.perSecond(name),
          sentRate: this.#sent.perSecond(name),
        };
      });
    return (status.Connections ?? []).map(({ NodeID, Cost }) => ({
      nodeId: NodeID,
      cost: Cost,
      rttMs: undefined,
      receivedBytes: undefined,
      sentBytes: undefined,
      receivedRate: undefined,
      sentRate: undefined,
    }));
  }

  #counts(): Map<string, number> {
    const counts = new Map(Object.values(UnitState).map((state) => [stateName(state), 0]));
    for (const { state } of this.#units.values())
      counts.set(stateName(state), (counts.get(stateName(state)) ?? 0) + 1);
    return counts;
  }

  #unitRows(): UnitRow[] {
    const rank = ({ state }: UnitStatus): number =>
      state === UnitState.Running ? 0 : isFinal(state) ? 2 : 1;
    return [...this.#units]
      .reverse()
      .sort(([, a], [, b]) => rank(a) - rank(b))
      .map(([unitId, status]) => ({
        unitId,
        status,
        stdoutRate: this.#stdout.perSecond(unitId),
      }));
  }
}

function nodesOf({ RoutingTable, KnownConnectionCosts }: NodeStatus): NodeRow[] {
  return Object.entries(RoutingTable ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([nodeId, via]) => {
      const costs = KnownConnectionCosts?.[nodeId];
      return { nodeId, via, links: costs && Object.keys(costs).length };
    });
}
