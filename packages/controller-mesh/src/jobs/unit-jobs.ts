import { isFinal, isRemoteAnswer, isUnknownUnit, UnitState } from '@receptorjs/control-protocol';
import type { ControlClient, ReportedStatus } from '@receptorjs/control-client';
import {
  MeshError,
  type FoundUnit,
  type JobMesh,
  type JobRun,
  type JobSubmission,
  type RunEnd,
  type UnitAddress,
  type UnitFollowing,
} from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import {
  openPayload,
  ReconnectingClient,
  RemoteJobUnit,
  unitOutput,
} from '@receptorjs/runner-mesh/internal';
import { transmit } from '@receptorjs/runner-streaming';
import { isLocalError } from '@receptorjs/runner-streaming/internal';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import type { LocalNode } from '../node/local-node.js';
import { isWithoutParams } from '../health/runtime-params.js';
import { meshErrorOf } from './mesh-errors.js';
import { podRequest, type UnitParams, type UnitRequest } from './pod-request.js';
import type { JobFolders } from './job-folders.js';
import type { PrivateDataDir } from './private-data-dir.js';
import { transmittedRun } from './transmitted-run.js';
import { labelOf, workerParams } from './unit-label.js';
import { takeResults } from './unit-results.js';

/** Milliseconds for the first answer of a node, and for the next one, while nothing has been sent to it that may have started. */
const FIRST_MS = 15_000;
const AGAIN_MS = 60_000;

/** The longest time that a timer takes, some 24 days: a node that has a unit is waited for until somebody says otherwise. */
const FOREVER_MS = 2 ** 31 - 1;
const patient = { firstMs: FOREVER_MS, lostMs: FOREVER_MS };

/** Milliseconds for a list of units. */
const LIST_MS = 15_000;

/** The end of a worker's output that says why it wrote no event, in bytes. */
const TRACEBACK_BYTES = 1_000;

/**
 * Runs jobs as units of work that lie at the nodes which run them. It keeps nothing of a job between two calls, so each call may come from another process than the one
 * before.
 *
 * See docs/decisions/0146-units-are-kept-where-they-run.md and 0147-a-submission-that-can-be-repeated.md.
 */
export class UnitJobs implements JobMesh {
  constructor(
    private readonly local: LocalNode,
    private readonly folders: JobFolders,
  ) {}

  async start(job: JobSubmission, signal: AbortSignal): Promise<string> {
    const sent = new SentJob(job, this.folders);
    const { place } = job;
    try {
      if ('pod' in place) return await this.#startAt(podRequest(place.pod), job, sent, signal);
      const { workType } = place;
      const params = (): UnitParams => ({ params: workerParams(job) });
      try {
        return await this.#startAt({ workType, params }, job, sent, signal);
      } catch (error) {
        // the worker then chooses its folder, and the unit does not tell which job it is of
        if (isWithoutParams(error)) return await this.#startAt({ workType }, job, sent, signal);
        throw error;
      }
    } finally {
      await sent.remove();
    }
  }

  async #startAt(
    { workType, params }: UnitRequest,
    { node, submissionId, traceparent, unitId, onUnit }: JobSubmission,
    sent: SentJob,
    signal: AbortSignal,
  ): Promise<string> {
    const transport = this.local.transportTo(node);
    const unit = new RemoteJobUnit({
      ...{ node, workType, transport, submissionId, unitId, onUnit },
      params: () => ({ ...params?.(), ...(traceparent !== undefined && { traceparent }) }),
      handOnMs: 0,
      payload: () => openPayload((output) => sent.write(output)),
    });
    for (;;) {
      const limits = unit.id === undefined ? { firstMs: FIRST_MS, lostMs: AGAIN_MS } : patient;
      const client = new ReconnectingClient(node, transport, limits);
      try {
        return await unit.start(client, signal);
      } catch (cause) {
        signal.throwIfAborted();
        const error = meshErrorOf(cause);
        // it may have started: that alone its node can tell
        if (error.code !== 'unreachable' || unit.id === undefined) throw error;
      } finally {
        client.close();
      }
    }
  }

  async follow(unit: UnitAddress, following: UnitFollowing, signal: AbortSignal): Promise<RunEnd> {
    try {
      return await this.#follow(unit, following, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (isLocalError(cause)) throw new MeshError('local', errorText(cause), { cause });
      throw cause;
    }
  }

  async #follow(unit: UnitAddress, following: UnitFollowing, signal: AbortSignal): Promise<RunEnd> {
    const { node, unitId } = unit;
    const over = new AbortController();
    const dir = await this.folders.create(following.jobId);
    const reconnectingClient = new ReconnectingClient(node, this.local.transportTo(node), patient);
    let failure: unknown;
    try {
      const output = unitOutput({
        node,
        unitId,
        reconnectingClient,
        signal: AbortSignal.any([over.signal, signal]),
        startPos: BigInt(following.from?.bytes ?? 0),
      });
      const input = Readable.from(output, { objectMode: false });
      input.once('error', (error) => (failure = error));
      let end: RunEnd;
      try {
        end = await takeResults({ ...following, input, folder: dir.path });
        await following.onFiles?.(join(dir.path, 'artifacts', String(following.jobId)));
      } finally {
        input.destroy();
      }
      signal.throwIfAborted();
      if (failure !== undefined) {
        const error = meshErrorOf(failure);
        if (error.code === 'unit-gone') throw error;
        end = { ...end, explanation: error.message };
      }
      return end.status === 'error' ? await this.#explained(unit, end, signal) : end;
    } finally {
      over.abort();
      reconnectingClient.close();
      // what can't be removed now is when others are
      await dir.remove().catch(() => undefined);
    }
  }

  async cancel({ node, unitId }: UnitAddress, signal: AbortSignal): Promise<void> {
    await this.#persist(node, signal, async (client) => {
      await client.workCancel(unitId);
    });
  }

  async release({ node, unitId }: UnitAddress, signal: AbortSignal): Promise<void> {
    await this.#persist(node, signal, async (client) => {
      await client.workRelease(unitId);
    });
  }

  async units(node: string, signal: AbortSignal): Promise<readonly FoundUnit[]> {
    const client = this.local.clientOf(node);
    let all: Map<string, ReportedStatus>;
    try {
      all = await client.workList(undefined, { signal, timeoutMs: LIST_MS });
    } catch (error) {
      signal.throwIfAborted();
      throw meshErrorOf(error);
    } finally {
      client.close();
    }
    return [...all].map(([unitId, status]) => {
      const label = labelOf(status);
      return { unitId, ...(label !== undefined && { label }) };
    });
  }

  removeLeftovers(): Promise<number> {
    return this.folders.removeLeftovers();
  }

  /** Says something to a node until it has answered; a unit that it does not know needs nothing any more. */
  async #persist(
    node: string,
    signal: AbortSignal,
    say: (client: ControlClient) => Promise<void>,
  ): Promise<void> {
    const reconnecting = new ReconnectingClient(node, this.local.transportTo(node), patient);
    try {
      await reconnecting.withConnection(signal, say);
    } catch (error) {
      if (isUnknownUnit(error)) return;
      signal.throwIfAborted();
      throw meshErrorOf(error);
    } finally {
      reconnecting.close();
    }
  }

  /** Why a run that was not carried out was not, as its node tells it: one that was canceled, and what a worker wrote instead of events. */
  async #explained(unit: UnitAddress, end: RunEnd, signal: AbortSignal): Promise<RunEnd> {
    const { node, unitId } = unit;
    const reconnecting = new ReconnectingClient(node, this.local.transportTo(node), patient);
    try {
      const status = await reconnecting.withConnection(signal, (client) =>
        client.workStatus(unitId, { signal }),
      );
      if (status.state === UnitState.Canceled) return { ...end, status: 'canceled' };
      const isSilent = end.emittedEvents === 0 && end.traceback === undefined;
      if (!isFinal(status.state) || status.state === UnitState.Succeeded || !isSilent) return end;
      const said = await reconnecting.withConnection(signal, (client) =>
        lastOutput(client, unitId, status.stdoutSize),
      );
      return { ...end, traceback: said.trim() === '' ? status.detail : said };
    } catch (error) {
      signal.throwIfAborted();
      if (isRemoteAnswer(error)) return end;
      throw meshErrorOf(error);
    } finally {
      reconnecting.close();
    }
  }
}

async function lastOutput(client: ControlClient, unitId: string, size: bigint): Promise<string> {
  const from = size > TRACEBACK_BYTES ? size - BigInt(TRACEBACK_BYTES) : 0n;
  const chunks: Uint8Array[] = [];
  let missing = Number(size - from);
  if (missing === 0) return '';
  const stream = await client.resultStream(unitId, { startPos: from });
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    missing -= chunk.length;
    // some nodes leave the output of a unit open that was ended
    if (missing <= 0) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What is sent of a job; prepared by the first attempt that needs it, and removed with the last. It owns the private data dir. */
class SentJob {
  #prepared: Promise<{ readonly run: JobRun; readonly dir: PrivateDataDir }> | undefined;

  constructor(
    private readonly job: JobSubmission,
    private readonly folders: JobFolders,
  ) {}

  async write(output: Writable): Promise<void> {
    const { run, dir } = await (this.#prepared ??= this.#prepare());
    const ident = String(this.job.jobId);
    const withArtifacts = run.facts !== undefined;
    const own = { privateDataDir: dir.path, output, withArtifacts };
    await transmit({ ...transmittedRun(run, ident), ...own });
  }

  async remove(): Promise<void> {
    const prepared = await this.#prepared?.catch(() => undefined);
    await prepared?.dir.remove();
  }

  async #prepare(): Promise<{ readonly run: JobRun; readonly dir: PrivateDataDir }> {
    const run = await this.job.run();
    const dir = await this.folders.create(this.job.jobId);
    try {
      await dir.addProject(run.projectFolder);
      for (const [name, folder] of Object.entries(run.folders ?? {})) {
        await dir.addFolder(name, folder);
      }
      if (run.task.kind === 'command') await dir.addCommand(run.task.words);
      if (run.facts !== undefined) await dir.addFacts(String(this.job.jobId), run.facts);
    } catch (cause) {
      await dir.remove();
      const why = `the project ${run.projectFolder ?? ''} can't be copied: ${errorText(cause)}`;
      throw new MeshError('unsent', why, { cause });
    }
    return { run, dir };
  }
}
