import type { InstanceEvent } from '../domain/instance-states.js';
import type { NodeType } from '../domain/instance.js';
import type { Instance } from './records/mesh.js';

/** An instance that is registered. */
export interface NewInstance {
  readonly hostname: string;
  readonly nodeType: NodeType;
  /** Owned by who has installed it: not editable. Default false. */
  readonly managed?: boolean;
  /** Whether it may be used; default true. */
  readonly approved?: boolean;
  readonly version?: string;
}

/** What is written of an instance at a health check. */
export interface InstanceHealth {
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly cpuCapacity: number;
  readonly memCapacity: number;
  readonly capacity: number;
  readonly version: string;
  readonly uuid: string;
}

/** A link that is up, its ends in any order: the mesh knows both directions as one. */
export interface UpLink {
  readonly source: string;
  readonly target: string;
  readonly cost?: number | undefined;
  /** Milliseconds. */
  readonly rttMs?: number | undefined;
  /** Milliseconds since 1970. */
  readonly upSince?: number | undefined;
}

/** What is known of nodes. */
export interface InstanceStore {
  list(): Promise<readonly Instance[]>;
  get(hostname: string): Promise<Instance | undefined>;
  /** Registers a node, as `installed`, where there is none of its name; one that is there stays as it is. @returns whether it is new */
  discover(
    instance: NewInstance,
  ): Promise<{ readonly instance: Instance; readonly isNew: boolean }>;
  /** Notes when nodes were seen; an earlier time than the one that is stored changes nothing. */
  recordLastSeen(times: ReadonlyMap<string, Date>): Promise<void>;
  /**
   * Claims the health check of a node, so that of several controllers one does it.
   *
   * @param notSince claimed only where none has been started since, or a person has asked for one later
   * @returns whether it is the caller's
   */
  claimHealthCheck(hostname: string, notSince: Date): Promise<boolean>;
  /** Stores the outcome of a check that found no fault: `healthy`. @returns the instance; nothing where there is none any more */
  healthy(hostname: string, health: InstanceHealth): Promise<Instance | undefined>;
  /**
   * Something else has happened to it: `unhealthy` and `shut-down` take its capacity and store the errors.
   *
   * @throws {DomainError} `no-such-transition`
   */
  change(hostname: string, event: InstanceEvent, errors?: string): Promise<Instance | undefined>;
  /** Removes a node for a person: that the mesh shows it does not bring it back. @returns whether there was one */
  remove(hostname: string): Promise<boolean>;
  /** Hostnames of nodes that were removed and that nobody has registered since. */
  removed(): Promise<ReadonlySet<string>>;
  /** Brings links up to date: those given are `established`, all others that were are `disconnected`, each since when that changed. */
  setLinks(up: readonly UpLink[]): Promise<void>;
  /** Works out the members of all instance groups anew, from their policies. */
  recomputeGroups(): Promise<void>;
}
