import type { JobRun, RunEnd, RunEvent } from './job-run.js';
import type { JsonObject } from './records/json.js';

/** A node that the mesh shows. */
export interface SeenNode {
  readonly hostname: string;
  /** Milliseconds since 1970: when it last said that it is there. Absent where it says nothing of itself, as a node that only routes may. */
  readonly advertisedAt?: number;
  /** Work types that it offers, such as `ansible-runner`. */
  readonly workTypes: readonly string[];
  /** Whether there is a route to it now. */
  readonly isReachable: boolean;
  /** Nodes that it has a link with. */
  readonly neighbours: number;
}

/** A link that is up. The mesh knows both directions as one. */
export interface SeenLink {
  /** The IDs of both ends, the smaller one first. */
  readonly source: string;
  readonly target: string;
  readonly cost: number;
  /** Milliseconds; only of links that measure it. */
  readonly rttMs?: number;
  /** Milliseconds since 1970; only of links whose end tells it. */
  readonly upSince?: number;
}

/** The mesh as one node sees it. */
export interface MeshView {
  /** That node. */
  readonly hostname: string;
  readonly nodes: readonly SeenNode[];
  readonly links: readonly SeenLink[];
}

/** What a health check has brought. Without errors all of the machine is known. */
export interface HealthReport {
  /** What is wrong; empty for a node that is well. */
  readonly errors: readonly string[];
  readonly cpus?: number;
  readonly memoryBytes?: number;
  /** Such as `ansible-runner-2.4.0`. */
  readonly version?: string;
  /** Stays the same on a machine. */
  readonly uuid?: string;
}

/** Watches the mesh. */
export interface MeshWatch {
  /**
   * The mesh as the local node sees it now.
   *
   * @throws {MeshError} `unreachable` while the local node does not answer
   */
  view(signal?: AbortSignal): Promise<MeshView>;
  /** Has an execution node tell how it is; at most 20 seconds. Whatever is wrong is in the report: it does not reject. */
  checkHealth(hostname: string, signal?: AbortSignal): Promise<HealthReport>;
  /**
   * Has an execution node remove folders that workers have left, those that nothing uses for an hour; at most 20 seconds.
   *
   * @returns what went wrong, if something did: it does not reject
   */
  cleanUp(hostname: string, signal?: AbortSignal): Promise<string | undefined>;
}

/** Where a unit of work is. */
export interface UnitAddress {
  readonly node: string;
  readonly unitId: string;
}

/** The pod that a job runs in. */
export interface JobPod {
  /** As the API of Kubernetes takes it. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** How the cluster is entered; absent for the one that the node itself runs in. */
  readonly login?: ClusterLogin | undefined;
}

/** How a cluster is entered, by a token. */
export interface ClusterLogin {
  /** The URL of its API. */
  readonly host: string;
  readonly token: string;
  readonly verifySsl: boolean;
  /** Certificates in PEM that its own may be signed by; default: those of the system. */
  readonly caCertificates?: string | undefined;
}

/** A job to be started on a node. */
export interface JobSubmission {
  readonly jobId: number;
  /** The node that runs it, or that keeps its pod. */
  readonly node: string;
  /** What the node offers it by: a work type, or those for pods. */
  readonly place: { readonly workType: string } | { readonly pod: JobPod };
  /**
   * The name of the submission: 1 to 64 letters, digits and dashes. It is stored before the first attempt and is the same in each; by it the node replaces
   * what an attempt has left whose unit's ID was stored nowhere.
   */
  readonly submissionId: string;
  /** The trace that the unit is part of; absent for none. */
  readonly traceparent?: string | undefined;
  /** The ID that was stored, if one was. */
  readonly unitId?: string | undefined;
  /** Prepares what is sent; called once an attempt needs it, and never where an earlier one has started the unit. */
  readonly run: () => Promise<JobRun>;
  /** Stores the unit's ID, or that there is none any more. The unit can't start before this has resolved, and never starts when it rejects. */
  readonly onUnit: (unitId: string | undefined) => Promise<void>;
}

/** How far the output of a unit was taken, up to a place where nothing of it is missing. */
export interface OutputPosition {
  /** Bytes of it. */
  readonly bytes: number;
  /** The counter up to which all events have come. */
  readonly counter: number;
  /** What else who goes on there has to know; the mesh's alone. */
  readonly state: JsonObject;
}

/** How a unit is followed. */
export interface UnitFollowing {
  readonly jobId: number;
  /** Where it goes on; absent: at the beginning. */
  readonly from?: OutputPosition | undefined;
  /** Told after an event how far the output was taken, now and then. */
  readonly onPosition?: ((position: OutputPosition) => void) | undefined;
  /** Takes each event, from the first one on; a promise holds the next one back. A rejection ends the following with it, and the unit goes on. */
  readonly onEvent: (event: RunEvent) => Promise<void> | void;
  /** Looks at the files that have come, in a folder that is removed after that. */
  readonly onFiles?: ((folder: string) => Promise<void>) | undefined;
}

/** A unit that a node keeps. */
export interface FoundUnit {
  readonly unitId: string;
  /** Which job it is of, as far as the node tells: while it runs. */
  readonly label?: { readonly jobId: number; readonly submissionId: string };
}

/** Runs jobs as units of work of the nodes that they run on. Each call waits out cuts of the mesh, however long, until its signal fires. */
export interface JobMesh {
  /**
   * Brings a job to its node; whatever became of earlier attempts, it is run once.
   *
   * @returns the ID of its unit, which has started
   * @throws {MeshError} `unreachable` where the node was not reached and no unit of it can have started, `refused`, `unsent`, `unit-gone`
   */
  start(job: JobSubmission, signal: AbortSignal): Promise<string>;
  /**
   * Takes what a unit says, from its beginning or from where it was taken to, to its end.
   *
   * @throws {MeshError} `unit-gone` when its node says that there is no such unit, `local`: it can be followed again
   * @throws what `onEvent` throws
   */
  follow(unit: UnitAddress, following: UnitFollowing, signal: AbortSignal): Promise<RunEnd>;
  /** Ends a unit; resolves when its node has done so, or knows it no more. */
  cancel(unit: UnitAddress, signal: AbortSignal): Promise<void>;
  /** Removes what a node keeps of a unit; resolves when it has. */
  release(unit: UnitAddress, signal: AbortSignal): Promise<void>;
  /**
   * The units that a node keeps, those that have ended too.
   *
   * @throws {MeshError} `unreachable`
   */
  units(node: string, signal: AbortSignal): Promise<readonly FoundUnit[]>;
  /** Removes what an earlier process of this node has left on this machine when it was killed. @returns how many folders */
  removeLeftovers(): Promise<number>;
}

/**
 * What a {@link MeshError} can be about:
 *
 * - `unreachable`: a node can't be reached now
 * - `refused`: the node has answered, and does not take the job
 * - `unsent`: what is to be sent could not be prepared or read
 * - `unit-gone`: the node has answered that it has no such unit
 * - `protocol`: the node does not answer as it should
 * - `local`: this machine can't take what comes, as where a disk is full; the unit has all of it
 */
export type MeshErrorCode =
  'unreachable' | 'refused' | 'unsent' | 'unit-gone' | 'protocol' | 'local';

/** What the mesh could not do. Recognize it by `code`. */
export class MeshError extends Error {
  override readonly name = 'MeshError';

  constructor(
    readonly code: MeshErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
