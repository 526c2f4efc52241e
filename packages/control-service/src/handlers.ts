import type {
  JsonObject,
  UnitEvent,
  UnitState,
  UnitStatus,
  WorkSubmission,
} from '@receptorjs/control-protocol';
import type { LinkInfo, MeshStatus } from '@receptorjs/netceptor';
import type { Duplex } from 'node:stream';

/** The answer to one probe. */
export interface ProbeReply {
  readonly from: string;
  /** Round trip in nanoseconds. */
  readonly timeNs: number | bigint;
}

/** The mesh as the control service needs it; a mesh node with a stream host satisfies it. */
export interface MeshHandler {
  /** What the node knows of the mesh now. */
  status(): MeshStatus;
  /** The same, put together in steps between which the node does its other work; default: all at once. */
  statusInSteps?(): Promise<MeshStatus>;
  /** The established links; without it `activity` tells of none. */
  links?(): readonly LinkInfo[];
  /** Rejects with an error whose message is the reason, such as `no route to node`. */
  ping(target: string, options: { signal: AbortSignal }): Promise<ProbeReply>;
  /** One item a hop; a hop whose probe failed has `error`. */
  traceroute(
    target: string,
    options: { signal: AbortSignal },
  ): AsyncIterable<ProbeReply & { readonly error?: Error | undefined }>;
  /** Opens a stream to a service of a node. `tlsClient` names a TLS client configuration. */
  connect(
    node: string,
    service: string,
    options: { tlsClient?: string | undefined; signal: AbortSignal },
  ): Promise<Duplex>;
  /** Says why this node can or can't open a stream to a service of a node; without it `explain` is an unknown command. */
  explain?(
    target: string,
    options: {
      service?: string | undefined;
      tlsClient?: string | undefined;
      signal: AbortSignal;
    },
  ): Promise<JsonObject>;
  /** What the firewall of this node does with a message; without it `firewall` is an unknown command. */
  firewall?(message: FirewallQuestion): JsonObject;
}

/** A message as firewall rules see it. */
export interface FirewallQuestion {
  readonly fromNode: string;
  readonly fromService: string;
  readonly toNode: string;
  readonly toService: string;
}

/** Whom a request came from, as far as the work handler must know. */
export interface RequestOrigin {
  /** Requests from a unix socket are trusted: no signature is asked of them. */
  readonly transport: 'unix' | 'tcp' | 'mesh';
  /** The address of a TCP client, or the ID of a node. Those that are not known are counted as one. */
  readonly from?: string | undefined;
  /** Of a node: the neighbor over whose link it comes. Nodes without are counted as those over one link. */
  readonly via?: string | undefined;
}

/** A unit that has an ID and waits for its stdin. */
export interface PendingUnit {
  readonly unitId: string;
  /**
   * Stores the stdin and starts the unit. A rejection's message goes to the client.
   *
   * @returns `Job Started`, or `Job Submitted` when the target could not be reached yet
   */
  start(stdin: AsyncIterable<Uint8Array>): Promise<string>;
}

/** Which events of units are wanted. */
export interface UnitEventsRequest {
  /** The cursor of the last one that was heard; all units come first without one, or with one that is too old. */
  readonly after?: string | undefined;
  /** Default: all units. */
  readonly unitIds?: readonly string[] | undefined;
}

/** How many units there are in each state, and how many there have been since somebody first asked. */
export interface UnitActivity {
  readonly counts: ReadonlyMap<UnitState, number>;
  readonly submitted: number;
  readonly started: number;
  readonly ended: number;
  readonly released: number;
}

/** Units of work as the control service needs them. Every rejection's message goes to the client as it is. */
export interface WorkHandler {
  /** Makes a unit, which waits for its stdin. */
  submit(submission: WorkSubmission, origin: RequestOrigin): Promise<PendingUnit>;
  /** All units, or the one named. */
  list(unitId?: string): Promise<readonly (readonly [id: string, status: UnitStatus])[]>;
  /** The status of one unit. Rejects for an unknown one. */
  status(unitId: string): Promise<UnitStatus>;
  /** The status now and at every change, ending after a final one. Rejects at once for an unknown unit. */
  watch(unitId: string, signal: AbortSignal): Promise<AsyncIterable<UnitStatus>>;
  /**
   * All units and then their changes, or what has changed since a cursor, a few events at a time. Without it `work events` is an unknown
   * command.
   */
  events?(
    options: UnitEventsRequest,
    signal: AbortSignal,
  ): AsyncIterable<readonly UnitEvent<UnitStatus>[]>;
  /** What the units are doing; without it `activity` tells of none. */
  activity?(): UnitActivity;
  /** For how many milliseconds the status of units has not changed; without it `work list` tells no ages. */
  ages?(unitIds: Iterable<string>): Promise<ReadonlyMap<string, number>>;
  /**
   * Stdout from a byte on; ends when the unit has ended and all was given. The memory of a piece may be used again once the next is asked
   * for. Rejects at once for an unknown unit.
   */
  results(
    unitId: string,
    startPos: bigint,
    access: RequestOrigin & { signature?: string | undefined; signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>;
  /**
   * SHA-256 of bytes of stdout: of all, once the unit has ended, when neither position is given. Without it `work digest` is an unknown
   * command. Rejects for an unknown unit, bytes that are not there, and a unit that another node ran and told no digest of.
   */
  digest?(
    unitId: string,
    range: { startPos?: bigint | undefined; endPos?: bigint | undefined },
    access: RequestOrigin & { signature?: string | undefined; signal: AbortSignal },
  ): Promise<{ readonly sha256: string; readonly startPos: bigint; readonly endPos: bigint }>;
  /** `pending` when a remote node has yet to be reached. */
  cancel(
    unitId: string,
    access: RequestOrigin & { signature?: string | undefined },
  ): Promise<'done' | 'pending'>;
  /**
   * Removes a unit and its files; `force` does so though a remote node can not be reached. `pending` when it has yet to be. Rejects for a unit that has started
   * where only one that has not is to be removed.
   */
  release(
    unitId: string,
    access: RequestOrigin & {
      signature?: string | undefined;
      force: boolean;
      onlyUnstarted?: boolean;
    },
  ): Promise<'done' | 'pending'>;
}

/** What a reload did, or would do. Each text names one action of the configuration. */
export interface ReloadChanges {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  /** Settings that are changed in place. */
  readonly changed: readonly string[];
  readonly kept: readonly string[];
}

/** What the node's configuration reload answers; `changes` are there whenever they are known. */
export type ReloadOutcome =
  | { readonly success: true; readonly changes: ReloadChanges }
  | { readonly success: false; readonly error: string; readonly changes?: ReloadChanges };

/** Reads the configuration again and carries out what changed; with `planOnly` only says what would change. */
export type ReloadHandler = (options: { planOnly: boolean }) => Promise<ReloadOutcome>;

/** Which lines a node logs, for who may change it while it runs. */
export interface LogLevelHandler {
  /** The levels that there are. */
  readonly levels: readonly string[];
  /** The least severe level that is logged. */
  get(): string;
  /** Changes it; false for a level that is none. */
  set(level: string): boolean;
}

/** Facts about the machine and the program, for `status`. */
export interface NodeFacts {
  readonly version: string;
  readonly cpuCount: number;
  readonly memoryMiB: number;
}
