import type { HealthReport, JobMesh, MeshView, MeshWatch } from '@receptorjs/controller-core';
import { cleanUp } from './health/clean-up.js';
import { checkHealth } from './health/health-check.js';
import { JobFolders } from './jobs/job-folders.js';
import { UnitJobs } from './jobs/unit-jobs.js';
import { LocalNode, type LocalNodeOptions } from './node/local-node.js';
import { RemoteActivities } from './observation/remote-activities.js';
import { meshView, viewFields } from './observation/mesh-view.js';

/** How the mesh is entered, and where jobs are prepared. */
export interface ControllerMeshOptions extends LocalNodeOptions {
  /** In which private data dirs are made, in a folder for each node; it must exist. */
  readonly folder: string;
}

/** The mesh as the control plane knows it, through the node beside this process. It owns the connection to that. */
export class ControllerMesh implements MeshWatch {
  readonly #local: LocalNode;
  readonly #activities: RemoteActivities;
  /** Runs jobs. */
  readonly jobs: JobMesh;

  constructor(options: ControllerMeshOptions) {
    this.#local = new LocalNode(options);
    this.#activities = new RemoteActivities(this.#local);
    const folders = new JobFolders(options.folder, () => this.#local.hostname());
    this.jobs = new UnitJobs(this.#local, folders);
  }

  /**
   * The ID of the local node.
   *
   * @throws {MeshError} `unreachable`
   */
  hostname(): Promise<string> {
    return this.#local.hostname();
  }

  async view(signal?: AbortSignal): Promise<MeshView> {
    const status = await this.#local.status(viewFields, signal);
    const own = await this.#local.ifKnown((client) => client.activity({ signal }));
    const activities = new Map(await this.#activities.of(meshView(status)));
    if (own !== undefined) activities.set(own.nodeId, own);
    return meshView(status, activities);
  }

  checkHealth(hostname: string, signal?: AbortSignal): Promise<HealthReport> {
    return checkHealth(this.#local, hostname, signal);
  }

  cleanUp(hostname: string, signal?: AbortSignal): Promise<string | undefined> {
    return cleanUp(this.#local, hostname, signal);
  }

  /** Closes the connections; what waits for one rejects. */
  close(): void {
    this.#local.close();
  }
}
