import type { UnitStatus } from '@receptorjs/control-protocol';

/** What `top` shows at one moment. Rates are numbers a second, and missing where there is nothing to compare with. */
export interface TopView {
  readonly nodeId: string;
  readonly version: string;
  readonly uptimeMs: number | undefined;
  /** When it was so, in milliseconds since 1970. */
  readonly at: number;
  /** Why the node can't be reached; what is shown was so before. */
  readonly disconnected: { readonly since: number; readonly reason: string } | undefined;
  readonly links: readonly LinkRow[];
  readonly nodes: readonly NodeRow[];
  /** How many units there are, by the name of their state. */
  readonly unitCounts: ReadonlyMap<string, number>;
  readonly submittedRate: number | undefined;
  readonly startedRate: number | undefined;
  readonly endedRate: number | undefined;
  /** Running ones first, of each kind those that have changed last. */
  readonly units: readonly UnitRow[];
}

/** A link of the node. */
export interface LinkRow {
  readonly nodeId: string;
  readonly cost: number;
  readonly rttMs: number | undefined;
  readonly receivedBytes: number | undefined;
  readonly sentBytes: number | undefined;
  /** Bytes a second. */
  readonly receivedRate: number | undefined;
  readonly sentRate: number | undefined;
}

/** Another node that there is a route to. */
export interface NodeRow {
  readonly nodeId: string;
  readonly via: string;
  readonly links: number | undefined;
}

/** A unit. */
export interface UnitRow {
  readonly unitId: string;
  readonly status: UnitStatus;
  /** Bytes of stdout a second. */
  readonly stdoutRate: number | undefined;
}
