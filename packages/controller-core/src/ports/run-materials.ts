import type { InventoryGroup, InventoryHost } from '../domain/inventory-script.js';
import type { UnifiedJob } from './records/jobs.js';

/** A credential of a job, its secrets in clear. */
export interface UsableCredential {
  readonly id: number;
  /** As its type has it: `ssh`, `vault`, `scm`, `kubernetes`, `registry` and others. */
  readonly kind: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a job is made of, as it is now. */
export interface RunMaterials {
  readonly inventory: {
    readonly id: number;
    readonly name: string;
    readonly variables: Readonly<Record<string, unknown>>;
    readonly hosts: readonly InventoryHost[];
    readonly groups: readonly InventoryGroup[];
  };
  /** The folder of its project on this machine. */
  readonly projectFolder?: string | undefined;
  readonly template?: { readonly id: number; readonly name: string } | undefined;
  readonly launchedBy?:
    { readonly id: number; readonly username: string; readonly email: string } | undefined;
  readonly extraVars: Readonly<Record<string, unknown>>;
  readonly credentials: readonly UsableCredential[];
  /** The image of its execution environment; absent where it runs without a container. */
  readonly image?: { readonly name: string; readonly pull: string } | undefined;
  /** Passwords that were typed at launch, by the names of the fields. */
  readonly typed: Readonly<Record<string, string>>;
}

/** What the pod of a job is made of. */
export interface PodMaterials {
  /** The override of its instance group, read. */
  readonly override: Readonly<Record<string, unknown>>;
  /** Of the instance group; absent for the cluster that the controller's node runs in. */
  readonly credential?: UsableCredential | undefined;
  /** Of its execution environment. */
  readonly image?: string | undefined;
}

/** Gathers what jobs are made of. */
export interface RunMaterialsStore {
  /** What it rejects with says what is missing, for people. */
  of(job: UnifiedJob): Promise<RunMaterials>;
  /** The same for the pod of a job of a container group. */
  podOf(job: UnifiedJob): Promise<PodMaterials>;
  /** What an update has: its credentials, and what was typed at its launch. */
  forUpdate(job: UnifiedJob): Promise<Pick<RunMaterials, 'credentials' | 'typed' | 'image'>>;
  /** Ids of the hosts of a job's inventory, by their names. */
  hostIds(job: UnifiedJob): Promise<ReadonlyMap<string, number>>;
}
