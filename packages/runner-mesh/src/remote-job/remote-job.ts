import { onAbort } from '@receptorjs/primitives';
import { transmit, type ProcessResult } from '@receptorjs/runner-streaming';
import { portableOptions } from '@receptorjs/runner-streaming/internal';
import { Readable } from 'node:stream';
import { ReconnectingClient } from '../transport/reconnecting-client.js';
import type { ControlTransport } from '../transport/control-transport.js';
import { NodeRunError, reasonOf } from '../errors.js';
import { RemoteJobUnit } from './remote-job-unit.js';
import { askKnownFiles, type KnownFiles } from './known-files.js';
import { takeNothing, takeResults, type JobResultsOptions } from './job-results.js';
import type { RunOnNodeOptions } from '../node-options.js';
import { openPayload, type Payload } from './payload.js';
import { ReachWatch } from '../transport/reach-watch.js';
import { releaseUnit } from './unit-release.js';
import { unitOutput } from './unit-output.js';

const DEFAULT_WORK_TYPE = 'ansible-runner';
const LOST_MS = 3_600_000;
const CANCEL_MS = 30_000;
const PEER_MS = 15_000;

/**
 * One job on another node, from its submission to the release of its unit. It alone writes its fields.
 *
 * See docs/decisions/0069-a-job-on-another-node.md.
 */
export class RemoteJob {
  readonly #results: JobResultsOptions;
  readonly #options: RunOnNodeOptions;
  readonly #transport: ControlTransport;
  readonly #signal: AbortSignal;
  /** The node has answered. */
  #reached = false;
  /** Nothing more is waited for: the node could not be reached again in time. */
  #givenUp = false;

  constructor(results: JobResultsOptions, transport: ControlTransport) {
    this.#results = results;
    this.#options = results.run;
    this.#transport = transport;
    this.#signal = results.run.signal ?? new AbortController().signal;
  }

  /**
   * Runs the job to its end and takes its results.
   *
   * @throws {NodeRunError} before the node has the job; what a handler threw, the job was ended then
   */
  async run(): Promise<ProcessResult> {
    let known: KnownFiles | undefined;
    try {
      if (this.#options.byContents === true) known = await this.#askKnownFiles();
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
    const result = await this.#execute(known);
    // Files have left the node's store since it was asked.
    return result.missingBlobs === true ? this.#execute(undefined) : result;
  }

  async #askKnownFiles(): Promise<KnownFiles | undefined> {
    const known = await askKnownFiles({
      privateDataDir: this.#options.privateDataDir,
      node: this.#options.viaReceptor,
      signal: this.#signal,
      onWarning: (sentence) => this.#options.onWarning?.(sentence),
      reconnectingClient: () => this.#reconnectingClient(),
      unit: (payload) => this.#unit(payload),
    });
    this.#reached = true;
    this.#options.onLog?.(
      known === undefined
        ? 'The node keeps no files of earlier jobs: all are sent'
        : `Files the node has from earlier jobs: ${known.known.size} contents of ${known.manifest.length} files`,
    );
    return known;
  }

  async #execute(known: KnownFiles | undefined): Promise<ProcessResult> {
    const job = {
      ...portableOptions(this.#options),
      ...known,
      privateDataDir: this.#options.privateDataDir,
      ident: this.#results.ident,
    };
    const unit = this.#unit(() => openPayload((output) => transmit({ ...job, output })));
    try {
      const unitId = await this.#start(unit);
      return unitId === undefined
        ? await takeNothing(this.#results)
        : await this.#follow(unit, unitId);
    } finally {
      const left = await releaseUnit(unit, {
        reconnectingClient: this.#reconnectingClient(),
        givenUp: this.#givenUp,
      });
      if (left !== undefined) this.#options.onWarning?.(left);
    }
  }

  /** Submits the unit; `undefined` when the signal came before it had started. */
  async #start(unit: RemoteJobUnit): Promise<string | undefined> {
    const reconnectingClient = this.#reconnectingClient();
    try {
      const id = await unit.start(reconnectingClient, this.#signal);
      this.#reached = true;
      this.#options.onLog?.(`Work unit ${id} on node ${this.#options.viaReceptor}`);
      return id;
    } catch (error) {
      if (this.#signal.aborted) return undefined;
      throw error;
    } finally {
      reconnectingClient.close();
    }
  }

  async #follow(unit: RemoteJobUnit, unitId: string): Promise<ProcessResult> {
    const over = new AbortController();
    const reconnectingClient = this.#reconnectingClient();
    const { viaReceptor: node, onWaiting } = this.#options;
    const watch = onWaiting && new ReachWatch({ node, transport: this.#transport, onWaiting });
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      timer = setTimeout(() => {
        this.#givenUp = true;
        over.abort();
      }, this.#options.cancelTimeoutMs ?? CANCEL_MS);
      void this.#cancel(unit, over.signal);
    };
    const forget = onAbort(this.#signal, cancel);
    try {
      const output = unitOutput({ node, unitId, reconnectingClient, signal: over.signal });
      const input = Readable.from(watched(output, watch), { objectMode: false });
      input.once('error', (error) => {
        this.#givenUp ||= error instanceof NodeRunError && error.code === 'lost';
      });
      return await takeResults(this.#results, input, over.signal);
    } finally {
      watch?.close();
      over.abort();
      clearTimeout(timer);
      forget();
      reconnectingClient.close();
    }
  }

  /** Asks the node to end the job, until it has answered or the caller waits no more. */
  async #cancel(unit: RemoteJobUnit, over: AbortSignal): Promise<void> {
    const reconnectingClient = this.#reconnectingClient();
    try {
      await reconnectingClient.withConnection(over, (client) => unit.cancel(client));
    } catch (error) {
      if (!over.aborted)
        this.#options.onWarning?.(`The job could not be canceled: ${reasonOf(error)}`);
    } finally {
      reconnectingClient.close();
    }
  }

  #unit(payload: () => Payload): RemoteJobUnit {
    const { viaReceptor, workType = DEFAULT_WORK_TYPE, receptorTlsClient } = this.#options;
    return new RemoteJobUnit({
      node: viaReceptor,
      workType,
      transport: this.#transport,
      tlsClient: receptorTlsClient,
      handOnMs: this.#options.lostTimeoutMs ?? LOST_MS,
      payload,
    });
  }

  #reconnectingClient(): ReconnectingClient {
    const { viaReceptor, peerTimeoutMs = PEER_MS, lostTimeoutMs = LOST_MS } = this.#options;
    const { onWaiting } = this.#options;
    return new ReconnectingClient(viaReceptor, this.#transport, {
      firstMs: this.#reached ? lostTimeoutMs : peerTimeoutMs,
      lostMs: lostTimeoutMs,
      onWaiting,
    });
  }
}

/** Reports each piece of output to the watch. */
async function* watched(
  output: AsyncIterable<Uint8Array>,
  watch: ReachWatch | undefined,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of output) {
    watch?.markAlive();
    yield chunk;
  }
}
