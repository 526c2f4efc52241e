/** An active or pending job, as far as it matters for what keeps what from running. */
export interface BlockingJob {
  readonly id: number;
  readonly type: 'job' | 'ad_hoc_command' | 'project_update' | 'inventory_update' | 'system_job';
  readonly project?: number | undefined;
  readonly inventory?: number | undefined;
  readonly inventorySource?: number | undefined;
  readonly template?: number | undefined;
  /** Whether other jobs of its template may run at the same time. */
  readonly allowSimultaneous?: boolean | undefined;
  /** Whether it is an update that a job makes for itself: it keeps nobody. */
  readonly isWithinJob?: boolean | undefined;
  /** What all slices of one launch have in common: they do not keep each other. */
  readonly sliceGroup?: string | undefined;
}

/** What keeps a job. */
export interface Blocker {
  readonly id: number;
  readonly why: string;
}

/**
 * Which of the jobs that have begun keep others from it: two updates of a project, two ad hoc commands on an inventory, a job while its project or
 * inventory is being updated. What begins during a pass of the scheduler is added. It alone writes its fields.
 */
export class Blocking {
  readonly #projectUpdates = new Map<number, number>();
  readonly #inventoryUpdates = new Map<number, number>();
  readonly #inventorySources = new Map<number, number>();
  readonly #adHoc = new Map<number, number>();
  readonly #templates = new Map<number, number>();
  readonly #slices = new Map<number, string>();
  #systemJob: number | undefined;

  /** @param begun jobs that are `waiting` or `running` */
  constructor(begun: Iterable<BlockingJob>) {
    for (const job of begun) this.add(job);
  }

  /** A job has begun. */
  add(job: BlockingJob): void {
    const { id, type, project, inventory, inventorySource, template, isWithinJob = false } = job;
    if (isWithinJob) return;
    const note = (all: Map<number, number>, key: number | undefined): void => {
      if (key !== undefined) all.set(key, id);
    };
    switch (type) {
      case 'project_update':
        note(this.#projectUpdates, project);
        return;
      case 'inventory_update':
        note(this.#inventoryUpdates, inventory);
        note(this.#inventorySources, inventorySource);
        return;
      case 'ad_hoc_command':
        note(this.#adHoc, inventory);
        return;
      case 'job':
        note(this.#templates, template);
        if (job.sliceGroup !== undefined) this.#slices.set(id, job.sliceGroup);
        return;
      case 'system_job':
        this.#systemJob = id;
    }
  }

  /** What keeps a job that is pending; nothing when it may begin. */
  blockerOf(job: BlockingJob): Blocker | undefined {
    const { type, project, inventory, inventorySource, allowSimultaneous = false } = job;
    switch (type) {
      case 'project_update':
        return found(this.#projectUpdates, project, 'its project is being updated');
      case 'inventory_update':
        return found(this.#inventorySources, inventorySource, 'its source is being updated');
      case 'ad_hoc_command':
        return (
          found(this.#inventoryUpdates, inventory, 'its inventory is being updated') ??
          found(this.#adHoc, inventory, 'an ad hoc command runs on its inventory')
        );
      case 'job':
        return (
          found(this.#projectUpdates, project, 'its project is being updated') ??
          found(this.#inventoryUpdates, inventory, 'its inventory is being updated') ??
          found(this.#adHoc, inventory, 'an ad hoc command runs on its inventory') ??
          (allowSimultaneous ? undefined : this.#otherOfTemplate(job))
        );
      case 'system_job':
        return this.#systemJob === undefined
          ? undefined
          : { id: this.#systemJob, why: 'another system job runs' };
    }
  }

  #otherOfTemplate({ template, sliceGroup }: BlockingJob): Blocker | undefined {
    const other = found(this.#templates, template, 'another job of its template runs');
    const isOfSameLaunch =
      other !== undefined && sliceGroup !== undefined && this.#slices.get(other.id) === sliceGroup;
    return isOfSameLaunch ? undefined : other;
  }
}

function found(
  all: ReadonlyMap<number, number>,
  key: number | undefined,
  why: string,
): Blocker | undefined {
  const id = key === undefined ? undefined : all.get(key);
  return id === undefined ? undefined : { id, why };
}
