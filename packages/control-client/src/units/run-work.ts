import {
  ControlError,
  isUnknownUnit,
  type WaitOptions,
  stateName,
  UnitState,
  type UnitStatus,
  type WorkResult,
} from '@receptorjs/control-protocol';
import type { Payload, Submission, SubmitRequest } from './submission.js';
import { UnitFollow, type FollowedNode } from './unit-follow.js';

/** How {@link ControlClient.runWork} goes about its unit. */
export interface RunWorkOptions {
  /** Gets the stdout as it comes, and is awaited. Without it the stdout is collected. */
  readonly onStdout?: ((chunk: Uint8Array) => unknown) | undefined;
  /** Called once the unit has an ID. */
  readonly onUnit?: ((unitId: string) => void) | undefined;
  /** Called with each status that differs from the one before. */
  readonly onStatus?: ((status: UnitStatus) => void) | undefined;
  /** Cancels the unit; the call then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the unit is released in the end, whatever its end, if the node can be reached then. Default true. */
  readonly release?: boolean | undefined;
  /** Milliseconds the node may be out of reach. Default 60,000; `Infinity` for ever. */
  readonly lostTimeoutMs?: number | undefined;
  /** The most bytes of stdout that are collected; a unit with more is canceled. Default 16 MiB. */
  readonly maxStdoutBytes?: number | undefined;
}

/** A node as running needs it. */
export interface WorkNode extends FollowedNode {
  openSubmission(request: SubmitRequest, wait?: WaitOptions): Promise<Submission>;
  workCancel(unitId: string, signature?: string, wait?: WaitOptions): Promise<boolean>;
  workRelease(
    unitId: string,
    options?: WaitOptions & { signature?: string | undefined },
  ): Promise<boolean>;
}

/** Milliseconds for the cancel of a unit that is not wanted any more, and for a release. */
const CLEAR_MS = 15_000;

/** See `ControlClient.runWork`. */
export async function runWork(
  node: WorkNode,
  request: SubmitRequest,
  payload: Payload,
  options: RunWorkOptions,
): Promise<WorkResult> {
  const { signal, onUnit, release = true } = options;
  const { signature } = request;
  const limits = { timeoutMs: CLEAR_MS };
  const submission = await node.openSubmission(request, { signal });
  const { unitId } = submission;
  try {
    onUnit?.(unitId);
    await send(submission, payload, signal);
    return await follow(node, unitId, { ...options, signature });
  } catch (error) {
    // after any other error the unit is not wanted any more
    if (!hasEnded(error)) await node.workCancel(unitId, signature, limits).catch(() => undefined);
    throw error;
  } finally {
    if (release) await node.workRelease(unitId, { ...limits, signature }).catch(() => undefined);
  }
}

/** A connection that breaks once all of the stdin is on its way says nothing about the unit: following it does. */
async function send(
  submission: Submission,
  payload: Payload,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await submission.send(payload, { signal });
  } catch (error) {
    const isBreak = error instanceof ControlError && error.code === 'closed';
    if (!isBreak || !submission.isSent()) throw error;
  }
}

async function follow(
  node: WorkNode,
  unitId: string,
  options: RunWorkOptions & { readonly signature: string | undefined },
): Promise<WorkResult> {
  const { onStdout, maxStdoutBytes = 16 * 1024 * 1024, ...followOptions } = options;
  const chunks: Uint8Array[] = [];
  let collected = 0;
  const unit = new UnitFollow(node, unitId, followOptions);
  for await (const chunk of unit.run()) {
    if (onStdout) {
      await onStdout(chunk);
      continue;
    }
    collected += chunk.length;
    if (collected > maxStdoutBytes) {
      const text = `unit ${unitId} has more than ${maxStdoutBytes} bytes of stdout; take them by onStdout, or raise maxStdoutBytes`;
      throw new ControlError('output-too-long', text);
    }
    chunks.push(chunk);
  }
  return toWorkResult(unitId, unit.status, Buffer.concat(chunks));
}

/**
 * The result of a unit that has succeeded.
 *
 * @throws {ControlError} `work-failed` or `work-canceled`, with the result as `work`
 */
export function toWorkResult(
  unitId: string,
  status: UnitStatus | undefined,
  stdout: Buffer,
): WorkResult {
  if (!status) throw new ControlError('protocol', `the node did not tell how unit ${unitId} ended`);
  const work = { unitId, status, stdout };
  if (status.state === UnitState.Succeeded) return work;
  const code = status.state === UnitState.Failed ? 'work-failed' : 'work-canceled';
  const name = stateName(status.state);
  const why = status.detail === name ? '' : `: ${status.detail}`;
  throw new ControlError(code, `work unit ${unitId} ${name.toLowerCase()}${why}`, { work });
}

function hasEnded(error: unknown): boolean {
  if (isUnknownUnit(error)) return true;
  return (
    error instanceof ControlError &&
    (error.code === 'work-failed' || error.code === 'work-canceled')
  );
}
