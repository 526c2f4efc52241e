import type { RunEnd, RunEvent } from '../../ports/job-run.js';
import {
  MeshError,
  type FoundUnit,
  type JobMesh,
  type JobSubmission,
  type UnitAddress,
  type UnitFollowing,
} from '../../ports/mesh.js';

interface Unit {
  readonly jobId: number;
  readonly events: RunEvent[];
  end: RunEnd | undefined;
  readonly changed: (() => void)[];
}

/** The units of a test: what a job says is what the test has it say. It alone writes its fields. */
export class TestJobMesh implements JobMesh {
  readonly units_ = new Map<string, Unit>();
  readonly log: string[];
  /** Nodes at which units were followed. */
  readonly followedAt: string[] = [];
  /** Counters behind which units were followed. */
  readonly followedFrom: number[] = [];
  /** Whether it is told after each event how far the output was taken. */
  tellsPositions = false;
  /** Thrown by the next start. */
  refusal: MeshError | undefined;
  /** What a job that is canceled says of itself. */
  canceledSays: RunEnd['status'] = 'canceled';
  /** How many times following ends before its last event, for want of room on this machine. */
  fullFor = 0;
  /** Whether a start waits for ever, its unit known or not. */
  hangs: 'before its unit' | 'after its unit' | undefined;

  /** @param log where it writes down what is asked of it */
  constructor(log: string[]) {
    this.log = log;
  }

  async start(job: JobSubmission, signal: AbortSignal): Promise<string> {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.hangs === 'before its unit') await never(signal);
    if (job.unitId !== undefined && this.units_.has(job.unitId)) return job.unitId;
    const unitId = `unit-${job.jobId}`;
    await job.onUnit(unitId);
    this.units_.set(unitId, { jobId: job.jobId, events: [], end: undefined, changed: [] });
    if (this.hangs === 'after its unit') await never(signal);
    await job.run();
    const place = 'pod' in job.place ? 'a pod' : job.place.workType;
    this.log.push(`started ${place} as ${job.submissionId}`);
    return unitId;
  }

  async follow(
    { node, unitId }: UnitAddress,
    { onEvent, onPosition, from }: UnitFollowing,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    this.followedAt.push(node);
    this.followedFrom.push(from?.counter ?? 0);
    for (let at = from?.counter ?? 0; ;) {
      signal.throwIfAborted();
      const unit = this.units_.get(unitId);
      if (unit === undefined) throw new MeshError('unit-gone', `there is no unit ${unitId}`);
      const event = unit.events[at];
      if (event !== undefined) {
        await onEvent(event);
        at += 1;
        if (this.tellsPositions) onPosition?.({ bytes: at * 100, counter: at, state: {} });
      } else if (unit.end !== undefined) {
        if (this.fullFor > 0) {
          this.fullFor -= 1;
          throw new MeshError('local', 'there is no room on the disk');
        }
        return unit.end;
      } else {
        await Promise.race([
          new Promise<void>((resolve) => unit.changed.push(resolve)),
          never(signal),
        ]);
      }
    }
  }

  cancel({ unitId }: UnitAddress): Promise<void> {
    this.log.push(`canceled ${unitId}`);
    this.end(unitId, this.canceledSays);
    return Promise.resolve();
  }

  release({ unitId }: UnitAddress): Promise<void> {
    this.log.push(`released ${unitId}`);
    this.units_.delete(unitId);
    return Promise.resolve();
  }

  units(): Promise<readonly FoundUnit[]> {
    return Promise.resolve([]);
  }

  removeLeftovers(): Promise<number> {
    return Promise.resolve(0);
  }

  /** The job says some events more. */
  say(unitId: string, count: number, kind = 'runner_on_ok', data: object = {}): void {
    const unit = this.units_.get(unitId);
    for (let each = 0; each < count; each += 1) {
      const counter = (unit?.events.length ?? 0) + 1;
      unit?.events.push({
        counter,
        uuid: `${unitId}-${counter}`,
        event: kind,
        stdout: '',
        start_line: 0,
        end_line: 0,
        created: '2026-01-01T00:00:00Z',
        event_data: { ...data },
      });
    }
    wake(unit);
  }

  /** The job ends. */
  end(unitId: string, status: RunEnd['status']): void {
    const unit = this.units_.get(unitId);
    if (unit === undefined) return;
    unit.end ??= { status, emittedEvents: unit.events.length, missing: [] };
    wake(unit);
  }
}

function wake(unit: Unit | undefined): void {
  for (const resolve of unit?.changed.splice(0) ?? []) resolve();
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
