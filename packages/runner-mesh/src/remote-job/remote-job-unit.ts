import { type ControlClient } from '@receptorjs/control-client';
import { isRemoteAnswer, isUnknownUnit, wasStarted } from '@receptorjs/control-protocol';
import { randomUUID } from 'node:crypto';
import type { ReconnectingClient } from '../transport/reconnecting-client.js';
import type { ControlTransport } from '../transport/control-transport.js';
import { NodeRunError, reasonOf } from '../errors.js';
import type { Payload } from './payload.js';

/** Milliseconds a node may take to start a job whose last byte it has. One that hands it on takes its time before. */
const CONFIRM_MS = 60_000;

/** Milliseconds for the release of a unit that is not to start. */
const GIVE_UP_MS = 5_000;

/** What the unit is and where it belongs. */
export interface RemoteJobUnitOptions {
  readonly node: string;
  readonly workType: string;
  readonly transport: ControlTransport;
  /** Name of a TLS client configuration of the node that hands the unit on. */
  readonly tlsClient?: string | undefined;
  /** How long that node may take to hand it on, in milliseconds. */
  readonly handOnMs: number;
  /** Opens the stdin of the unit, anew for each attempt. */
  readonly payload: () => Payload;
  /** The name of the submission, where somebody has kept it who may have to go on with it. Default: a random one. */
  readonly submissionId?: string | undefined;
  /** ID of the unit of an earlier attempt, where it is known. */
  readonly unitId?: string | undefined;
  /** Further keys of the request, anew for each attempt. */
  readonly params?: (() => Readonly<Record<string, string>>) | undefined;
  /**
   * Keeps the ID of the unit, or that there is none any more. It is awaited before the unit gets its stdin, so a unit whose ID was not kept has
   * never started; when it rejects, the unit never starts.
   */
  readonly onUnit?: ((unitId: string | undefined) => Promise<void>) | undefined;
}

/**
 * The unit of work a job is at its node. A unit starts once: it never starts before its ID is known here, and an
 * attempt that broke is only repeated when its unit has not started. It alone writes its fields.
 */
export class RemoteJobUnit {
  readonly #options: RemoteJobUnitOptions;
  /** The same in every attempt: by it the node replaces what is left of an attempt whose ID never arrived. */
  readonly #submissionId: string;
  #id: string | undefined;
  /** The unit of an attempt that broke, until its node has said whether it is released or has started after all. */
  #forgotten: string | undefined;

  constructor(options: RemoteJobUnitOptions) {
    this.#options = options;
    this.#submissionId = options.submissionId ?? randomUUID();
    this.#id = options.unitId;
  }

  get node(): string {
    return this.#options.node;
  }

  /** The unit's ID, once one is known. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Whether there may be a unit that has started: only its node can tell. */
  get mayHaveStarted(): boolean {
    return this.#id !== undefined || this.#forgotten !== undefined;
  }

  /**
   * Sends the job, for as many attempts as it takes.
   *
   * @throws {NodeRunError} `refused`, `unsent`, `peer-timeout`, `lost`, `unit-gone`; the signal's reason
   */
  async start(reconnectingClient: ReconnectingClient, signal: AbortSignal): Promise<string> {
    return reconnectingClient.withConnection(signal, async (client) => {
      if (this.#id !== undefined && (await this.#hasStarted(client, this.#id))) return this.#id;
      const forgotten = this.#forgotten;
      if (forgotten !== undefined && (await this.#startedAfterAll(client, forgotten)))
        return forgotten;
      return this.#send(client);
    });
  }

  /** Ends the job; `false` when the node that hands it on can't deliver that yet. A unit that is gone has ended. */
  async cancel(client: ControlClient): Promise<boolean> {
    if (this.#id === undefined) return true;
    return client.workCancel(this.#id).catch(unlessUnknown);
  }

  /** Ends the job, if it goes on, and removes what the node keeps of it. */
  async release(client: ControlClient): Promise<boolean> {
    if (this.#id === undefined) return true;
    return client.workRelease(this.#id).catch(unlessUnknown);
  }

  async #hasStarted(client: ControlClient, id: string): Promise<boolean> {
    try {
      if (wasStarted(await client.workStatus(id))) return true;
    } catch (error) {
      if (isUnknownUnit(error))
        throw new NodeRunError('unit-gone', `The node no longer knows the work unit ${id}`);
      throw error;
    }
    // Forgotten first: a release whose answer is lost would read as a unit that is gone.
    this.#id = undefined;
    this.#forgotten = id;
    await this.#keepId(undefined);
    return false;
  }

  /** Removes the unit that has not started, unless it has by now: whoever made it may have come late with the rest of its stdin. */
  async #startedAfterAll(client: ControlClient, id: string): Promise<boolean> {
    try {
      await client.workRelease(id, { onlyUnstarted: true });
      this.#forgotten = undefined;
      return false;
    } catch (error) {
      if (isUnknownUnit(error)) {
        this.#forgotten = undefined;
        return false;
      }
      if (!isRemoteAnswer(error)) throw error;
      if (!wasStarted(await client.workStatus(id))) throw error;
    }
    await this.#keepId(id);
    this.#id = id;
    this.#forgotten = undefined;
    return true;
  }

  async #send(client: ControlClient): Promise<string> {
    const { node, workType, tlsClient, handOnMs, transport, params } = this.#options;
    const payload = this.#options.payload();
    try {
      const submission = await client.openSubmission({
        node,
        workType,
        tlsClient,
        ttl: transport.handsOn ? `${Math.ceil(handOnMs / 1000)}s` : undefined,
        params: { ...params?.(), submissionid: this.#submissionId },
      });
      try {
        await this.#keepId(submission.unitId);
      } catch (error) {
        await this.#giveUp(submission.unitId);
        throw error;
      }
      this.#id = submission.unitId;
      await submission.send(payload.stream, {
        timeoutMs: transport.handsOn ? Number.POSITIVE_INFINITY : CONFIRM_MS,
      });
      return submission.unitId;
    } catch (error) {
      const { failure } = payload;
      if (failure !== undefined)
        throw new NodeRunError('unsent', reasonOf(failure), { cause: failure });
      if (isRemoteAnswer(error)) throw await this.#refusal(error);
      throw error;
    } finally {
      payload.stream.destroy();
    }
  }

  /** Another attempt would be no use where the ID can't be kept. */
  async #keepId(unitId: string | undefined): Promise<void> {
    try {
      await this.#options.onUnit?.(unitId);
    } catch (cause) {
      const why = `The ID of the work unit could not be kept: ${reasonOf(cause)}`;
      throw new NodeRunError('unsent', why, { cause });
    }
  }

  /**
   * Releases a unit that has no stdin yet, over another connection: some nodes take the end of the one that it waits at for the end of its stdin, and would start it.
   */
  async #giveUp(unitId: string): Promise<void> {
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    try {
      const client = await this.#options.transport.connect(signal);
      try {
        await client.workRelease(unitId, { signal, timeoutMs: GIVE_UP_MS });
      } finally {
        client.close();
      }
    } catch {
      // what broke the attempt off is told; such a unit ends at once with an empty stdin
    }
  }

  async #refusal(cause: Error): Promise<NodeRunError> {
    const { node, workType, transport } = this.#options;
    const offered = await transport.workTypes().catch(() => undefined);
    const hint =
      offered === undefined || offered.includes(workType)
        ? ''
        : ` (it offers ${offered.join(', ') || 'no work at all'}; ${workType} is offered where ansible-runner is installed beside receptor)`;
    return new NodeRunError('refused', `The node ${node} refused: ${reasonOf(cause)}${hint}`, {
      cause,
    });
  }
}

function unlessUnknown(error: unknown): boolean {
  if (isUnknownUnit(error)) return true;
  throw error;
}
