import { Blocking, type BlockingJob } from './blocking.js';
import { Fleet, type FleetGroup, type FleetNode } from './fleet.js';
import type { JobState } from './job-states.js';
import { isControlTask } from './task-impact.js';

/** A job that another one waits for. */
export interface Dependency {
  readonly id: number;
  readonly type: BlockingJob['type'];
  readonly name: string;
  readonly status: JobState;
}

/** A job that waits for a place. */
export interface WaitingJob extends BlockingJob {
  /** Milliseconds since 1970. */
  readonly created: Date;
  readonly impact: number;
  /** What was said last of why it waits. */
  readonly explanation: string;
  /** Names of instance groups, the best first. */
  readonly groups: readonly string[];
  /** Whether it is known what it depends on. */
  readonly dependenciesProcessed: boolean;
  readonly dependencies: readonly Dependency[];
}

/** What a pass looks at, as it was at one moment. */
export interface PassInput {
  /** In the order in which they are to begin. */
  readonly pending: readonly WaitingJob[];
  /** Jobs that are `waiting` or `running`. */
  readonly begun: readonly BlockingJob[];
  readonly nodes: readonly FleetNode[];
  readonly groups: readonly FleetGroup[];
}

/** Where a job is to run. */
export interface Assignment {
  readonly jobId: number;
  readonly controllerNode: string;
  /** Absent for a pod. */
  readonly executionNode?: string | undefined;
  /** Name of the instance group. */
  readonly group: string;
}

/** What a pass decides: jobs that begin, those that never can, and why others wait, where that is to be said. */
export interface PassDecisions {
  readonly begin: readonly Assignment[];
  readonly fail: readonly { readonly jobId: number; readonly explanation: string }[];
  readonly explain: readonly { readonly jobId: number; readonly why: string }[];
}

/** Milliseconds that a job waits before it is said why. */
const EXPLAINED_AFTER_MS = 30_000;

/**
 * One pass of the scheduler: each pending job in turn fails for what it depended on, stays behind what blocks it, or takes a place. What begins in the pass
 * takes its room and blocks others at once.
 *
 * @param now milliseconds since 1970
 */
export function decidePass(
  { pending, begun, nodes, groups }: PassInput,
  now: number,
): PassDecisions {
  const fleet = new Fleet(nodes, groups);
  const known = new Set(groups.map(({ name }) => name));
  const blocking = new Blocking(begun);
  const begin: Assignment[] = [];
  const fail: { jobId: number; explanation: string }[] = [];
  const explain: { jobId: number; why: string }[] = [];
  for (const job of pending) {
    const { id: jobId, created, explanation } = job;
    const wait = (why: string): void => {
      if (why === explanation || now - created.getTime() < EXPLAINED_AFTER_MS) return;
      explain.push({ jobId, why });
    };
    const failed = job.dependencies.find(({ status }) => isFailure(status));
    if (failed !== undefined) {
      fail.push({ jobId, explanation: previousTaskFailed(failed) });
      continue;
    }
    if (!job.dependenciesProcessed) continue;
    const awaited = job.dependencies.find(({ status }) => status !== 'successful');
    if (awaited !== undefined) {
      wait(`it waits for ${awaited.type} ${awaited.id} (${awaited.name})`);
      continue;
    }
    const blocker = blocking.blockerOf(job);
    if (blocker !== undefined) {
      wait(`it waits for job ${blocker.id}: ${blocker.why}`);
      continue;
    }
    const placement = fleet.place({
      impact: job.impact,
      isControlTask: isControlTask(job),
      groups: job.groups.filter((name) => known.has(name)),
    });
    if (placement.kind === 'wait') {
      wait(`it waits for capacity: ${placement.why}`);
      continue;
    }
    blocking.add(job);
    const { controllerNode, group } = placement;
    begin.push({
      jobId,
      controllerNode,
      group,
      executionNode: placement.kind === 'node' ? placement.executionNode : undefined,
    });
  }
  return { begin, fail, explain };
}

const isFailure = (status: JobState): boolean =>
  status === 'failed' || status === 'error' || status === 'canceled';

/** Clients read the JSON in it. */
function previousTaskFailed({ type, name, id }: Dependency): string {
  return `Previous Task Failed: ${JSON.stringify({ job_type: type, job_name: name, job_id: String(id) })}`;
}
