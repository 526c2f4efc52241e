import {
  processResults,
  type ProcessResult,
  type WorkerStatus,
} from '@receptorjs/runner-streaming';
import { Readable } from 'node:stream';
import { Contact } from './contact.js';
import type { ControlWay } from './control-way.js';
import { NodeRunError, reasonOf } from './errors.js';
import { FarUnit } from './far-unit.js';
import type { RunOnNodeOptions } from './node-options.js';
import { openPayload } from './payload.js';
import { unitOutput } from './unit-output.js';

const DEFAULT_WORK_TYPE = 'ansible-runner';
const LOST_MS = 3_600_000;
const CANCEL_MS = 30_000;
const PEER_MS = 15_000;

/** Milliseconds for the release of the unit; what can't be released by then is warned of. */
const RELEASE_MS = 10_000;

/** The same for a unit whose node was given up already. */
const LAST_RELEASE_MS = 1_000;

/** One job on another node, from its submission to the release of its unit. It alone writes its fields. */
export class FarJob {
  readonly #options: RunOnNodeOptions;
  readonly #ident: string;
  readonly #way: ControlWay;
  readonly #unit: FarUnit;
  /** Fires when nothing more is waited for. */
  readonly #over = new AbortController();
  /** The node could not be reached again in time. */
  #givenUp = false;

  constructor(options: RunOnNodeOptions, ident: string, way: ControlWay) {
    this.#options = options;
    this.#ident = ident;
    this.#way = way;
    const { viaReceptor, workType = DEFAULT_WORK_TYPE, receptorTlsClient } = options;
    this.#unit = new FarUnit({
      node: viaReceptor,
      workType,
      way,
      tlsClient: receptorTlsClient,
      handOnMs: options.lostTimeoutMs ?? LOST_MS,
      payload: () => openPayload({ ...options, ident }),
    });
  }

  /**
   * Runs the job to its end and takes its results.
   *
   * @throws NodeRunError before the node has the job; what a handler threw, the job was ended then
   */
  async run(): Promise<ProcessResult> {
    const { signal = new AbortController().signal } = this.#options;
    try {
      if (!(await this.#start(signal))) return await this.#process(Readable.from([]), true);
      return await this.#follow(signal);
    } finally {
      this.#over.abort();
      await this.#release();
    }
  }

  /** Submits the unit; `false` when the signal came before it had started. */
  async #start(signal: AbortSignal): Promise<boolean> {
    const contact = this.#contact();
    try {
      const id = await this.#unit.start(contact, signal);
      this.#options.onLog?.(`Work unit ${id} on node ${this.#options.viaReceptor}`);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      contact.close();
    }
  }

  async #follow(signal: AbortSignal): Promise<ProcessResult> {
    const contact = this.#contact();
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      timer = setTimeout(() => {
        this.#givenUp = true;
        this.#over.abort();
      }, this.#options.cancelTimeoutMs ?? CANCEL_MS);
      void this.#cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      const output = unitOutput({
        node: this.#options.viaReceptor,
        unitId: this.#unit.id ?? '',
        contact,
        signal: this.#over.signal,
      });
      const input = Readable.from(output, { objectMode: false });
      input.once('error', (error) => {
        this.#givenUp ||= error instanceof NodeRunError && error.code === 'lost';
      });
      return await this.#process(input, false);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      contact.close();
    }
  }

  /** Tells the node that the job is to end, until it has heard it or nothing is waited for any more. */
  async #cancel(): Promise<void> {
    const contact = this.#contact();
    try {
      await contact.converse(this.#over.signal, (client) => this.#unit.cancel(client));
    } catch (error) {
      if (!this.#over.signal.aborted) this.#warn(`could not be canceled: ${reasonOf(error)}`);
    } finally {
      contact.close();
    }
  }

  async #process(input: Readable, canceled: boolean): Promise<ProcessResult> {
    const { privateDataDir, artifactDir, output, jsonMode, onEvent, onStatus } = this.#options;
    const { plugins, settings, onWarning, suppressAnsibleOutput } = this.#options;
    if (canceled) this.#over.abort();
    try {
      return await processResults({
        input,
        privateDataDir,
        ident: this.#ident,
        signal: this.#over.signal,
        ...(artifactDir !== undefined && { artifactDir }),
        ...(output !== undefined && suppressAnsibleOutput !== true && { output }),
        ...(jsonMode !== undefined && { jsonMode }),
        ...(onEvent !== undefined && { onEvent }),
        ...(onStatus !== undefined && { onStatus: (message: WorkerStatus) => onStatus(message) }),
        ...(plugins !== undefined && { plugins }),
        ...(settings !== undefined && { settings }),
        ...(onWarning !== undefined && { onWarning }),
      });
    } finally {
      input.destroy();
    }
  }

  async #release(): Promise<void> {
    if (this.#unit.id === undefined) return;
    const contact = this.#contact();
    const limitMs = this.#givenUp ? LAST_RELEASE_MS : RELEASE_MS;
    const late = AbortSignal.timeout(limitMs);
    try {
      if (await contact.converse(late, (client) => this.#unit.release(client))) return;
      this.#warn('is released as soon as its node can be reached');
    } catch (error) {
      const why = late.aborted ? `no answer within ${limitMs / 1000} s` : reasonOf(error);
      this.#warn(`could not be released (${why}); do it with: receptorctl work release`);
    } finally {
      contact.close();
    }
  }

  #warn(what: string): void {
    const { onWarning, viaReceptor } = this.#options;
    onWarning?.(`The work unit ${this.#unit.id ?? ''} of node ${viaReceptor} ${what}`);
  }

  #contact(): Contact {
    const { viaReceptor, peerTimeoutMs = PEER_MS, lostTimeoutMs = LOST_MS } = this.#options;
    return new Contact(viaReceptor, this.#way, {
      firstMs: this.#unit.id === undefined ? peerTimeoutMs : lostTimeoutMs,
      lostMs: lostTimeoutMs,
    });
  }
}
