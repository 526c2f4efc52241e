import { EventDataError } from '../errors.js';
import type { EventHandler } from '../inputs/run-options.js';
import type { JobPlan } from '../plan/job-plan.js';
import type { ErrorOutput } from '../process/output/error-output.js';
import { MarkSplitter } from '../process/output/mark-splitter.js';
import { SegmentGatherer, type Segment } from '../process/output/output-segments.js';
import { OutputTail } from '../process/output/output-tail.js';
import { MaskedSegments } from '../secrets/masked-segments.js';
import { EventAssembler, type EventSource } from './event-assembler.js';
import { EventChannel } from './event-channel.js';
import { EventPump, type EventDestination, type Flow } from './event-pump.js';
import { checked, withoutSecrets } from './event-sources.js';
import type { RunStats } from './events.js';

/** What a pipeline works with; nothing in it changes. */
export interface PipelineParts {
  readonly plan: Pick<JobPlan, 'ident' | 'mask'>;
  /** How events of the callback plugin come. */
  readonly eventsBy: 'socket' | 'pipe';
  /** Absolute path of the socket or pipe by which the callback plugin sends events. */
  readonly socket: string;
  readonly onEvent: EventHandler | undefined;
  readonly destination: EventDestination;
  /** Takes what is written to standard error when that is apart. */
  readonly errors: ErrorOutput;
  /** Holds the process back, and gets what failed. */
  readonly flow: Flow;
  /** Whether the data of every event must arrive. */
  readonly checkEventData: boolean;
  /** Whether the job is being ended: data that is missing then is no failure. */
  readonly isEnding: () => boolean;
  /** Gets the output without its marks, before it becomes events. */
  readonly onText: (bytes: Buffer) => void;
  /** Called when the first event begins. */
  readonly onFirstEvent: () => void;
}

/**
 * Makes events of what a job prints and of what the callback plugin sends, and hands them on, one at a time and in order:
 *
 * ```text
 *    the job's process                              the callback plugin in it
 *       |          |                                          |
 *    standard   terminal, or                             "UUID JSON" lines
 *     error     standard output                        by a socket or a pipe
 *       |          |                                          |
 *       |     MarkSplitter      takes out "event UUID         |
 *       |          |             begins" and "it ends"        |
 *       |          +--> onText: prompts, OutputTail           |
 *       |          |                                     EventChannel
 *       |     SegmentGatherer   an event's text, or           |
 *       |          |             a line outside of events     |
 *       |     MaskedSegments    hides secrets            withoutSecrets
 *       |          |                                       checked
 *       |          v                                          |
 *       |     EventPump <-------- EventAssembler <------------+
 *       |          |    ^          joins text and data of one UUID
 *       |          |    |
 *       |          |    +---- pauses the process while much waits
 *       |          |
 *       |          +--> onEvent           may change, drop or delay the event
 *       |          v
 *       |     EventDestination  (EventRecorder)
 *       |          |    |    |
 *  ErrorOutput   event  |  artifact `stdout`,
 *   `stderr`    plugins |   console
 *                     files of
 *                    `job_events`
 * ```
 *
 * Owns the channel and all between it, the output and the destination. {@link close} must be called in the end.
 *
 * See docs/decisions/0031-events-by-socket-marks-by-secret.md
 * and docs/decisions/0063-what-an-event-costs.md.
 */
export class EventPipeline {
  readonly #parts: PipelineParts;
  readonly #channel: EventChannel;
  readonly #assembler: EventAssembler;
  readonly #pump: EventPump;
  readonly #gatherer: SegmentGatherer;
  readonly #splitter: MarkSplitter;
  readonly #tail = new OutputTail();
  /** Whether an event has begun. */
  #begun = false;

  private constructor(channel: EventChannel, parts: PipelineParts) {
    const { plan, destination, onEvent, flow } = parts;
    this.#parts = parts;
    this.#channel = channel;
    this.#assembler = new EventAssembler(plan.ident, this.#source());
    const pump = new EventPump(this.#assembler, destination, onEvent, flow);
    this.#pump = pump;
    const push = (segment: Segment) => pump.push(segment);
    const masked = plan.mask && new MaskedSegments(plan.mask, push);
    this.#gatherer = new SegmentGatherer((segment) =>
      masked === undefined ? push(segment) : masked.push(segment),
    );
    this.#splitter = this.#marks();
  }

  /** Listens for the callback plugin. @throws what the system throws for the socket or the pipes. */
  static async open(parts: PipelineParts): Promise<EventPipeline> {
    const { eventsBy, socket } = parts;
    const channel = await (eventsBy === 'pipe'
      ? EventChannel.openPipes(socket)
      : EventChannel.open(socket));
    return new EventPipeline(channel, parts);
  }

  /** The end of what the job has printed, on both outputs, without marks. */
  get tail(): OutputTail {
    return this.#tail;
  }

  /** Counts of the recap, once it was seen. */
  get stats(): RunStats | undefined {
    return this.#assembler.stats;
  }

  /** Takes what the job has printed, cut anywhere. */
  output(bytes: Buffer): void {
    this.#splitter.push(bytes);
  }

  /** Takes what the job has written to standard error. A promise says that the sink wants no more for now. */
  errorOutput(bytes: Buffer): void | Promise<void> {
    this.#tail.push(bytes);
    return this.#parts.errors.take(bytes);
  }

  /** Shows a line as if a job had printed it, and resolves when that was handled. */
  async notice(line: string): Promise<void> {
    this.#gatherer.text(Buffer.from(`${line}\n`));
    await this.#pump.idle();
  }

  /**
   * Says that the process is gone, and resolves when everything it printed was handled.
   *
   * @param patienceMs how long data of the callback plugin is waited for: another process may keep its connection open
   */
  async end(patienceMs: number): Promise<void> {
    this.#splitter.close();
    this.#gatherer.end();
    await this.#parts.errors.end();
    const giveUp = setTimeout(() => this.#channel.close(), patienceMs);
    await this.#pump.idle();
    clearTimeout(giveUp);
  }

  /** Stops listening for the callback plugin. */
  close(): void {
    this.#channel.close();
  }

  #source(): EventSource {
    const { plan, checkEventData, isEnding, flow } = this.#parts;
    const safe = plan.mask === undefined ? this.#channel : withoutSecrets(this.#channel, plan.mask);
    if (!checkEventData) return safe;
    return checked(safe, (uuid) => {
      // A job that is being ended may be cut off in an event.
      if (!isEnding()) flow.failed(new EventDataError(uuid));
    });
  }

  #marks(): MarkSplitter {
    const { onText, onFirstEvent } = this.#parts;
    return new MarkSplitter(this.#channel.secret, {
      text: (bytes) => {
        this.#gatherer.text(bytes);
        this.#tail.push(bytes);
        onText(bytes);
      },
      begin: (uuid) => {
        if (!this.#begun) {
          this.#begun = true;
          onFirstEvent();
        }
        this.#gatherer.begin(uuid);
      },
      end: () => this.#gatherer.end(),
    });
  }
}
