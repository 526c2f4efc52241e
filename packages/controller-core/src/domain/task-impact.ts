/** Forks of a job that names none. */
const DEFAULT_FORKS = 5;
/** What a control node pays for each job that it handles. */
export const CONTROL_IMPACT = 1;
const SYSTEM_JOB_IMPACT = 5;

/** What is to be run, as far as it matters for how much room it takes. */
export type Task =
  | {
      readonly type: 'job';
      /** 0 for the default. */
      readonly forks: number;
      /** Of the inventory; absent where there is none. */
      readonly hosts?: number | undefined;
      /** Which slice of how many, from 1 on. */
      readonly slice?: { readonly number: number; readonly count: number } | undefined;
    }
  | { readonly type: 'ad_hoc_command'; readonly forks: number; readonly hosts?: number | undefined }
  | { readonly type: 'inventory_update' }
  /** One that a job makes for itself before it runs is run within that. */
  | { readonly type: 'project_update'; readonly isForJob: boolean }
  | { readonly type: 'system_job' };

/** Whether a task is work of the control plane, and runs on its nodes. */
export const isControlTask = ({ type }: Pick<Task, 'type'>): boolean =>
  type === 'project_update' || type === 'system_job';

/** How many forks a task takes of the node that runs it. */
export function taskImpact(task: Task): number {
  switch (task.type) {
    case 'job': {
      const forks = task.forks || DEFAULT_FORKS;
      return Math.min(hostsOf(task.hosts ?? forks, task.slice), forks) + 1;
    }
    case 'ad_hoc_command':
      return Math.min(task.hosts ?? DEFAULT_FORKS, task.forks || DEFAULT_FORKS) + 1;
    case 'inventory_update':
      return 1;
    case 'project_update':
      return task.isForJob ? 0 : 1;
    case 'system_job':
      return SYSTEM_JOB_IMPACT;
  }
}

/** Hosts of a slice: the first ones have one more where they can't be shared evenly. */
function hostsOf(hosts: number, slice: Extract<Task, { type: 'job' }>['slice']): number {
  if (slice === undefined) return hosts;
  return Math.floor((hosts + slice.count - slice.number) / slice.count);
}
