import { isFinal, type UnitStatus } from '@receptorjs/control-protocol';
import { silentLogger, type Logger } from '@receptorjs/primitives';
import {
  callback,
  logger,
  mapping,
  number,
  optional,
  text,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import type { Unit, UnitRecord, UnitTracer, Workceptor } from '@receptorjs/workceptor';
import { statSync } from 'node:fs';
import { otlpSink, type SpanSink } from './span-exporter.js';
import { parseTraceparent, traceparentOf } from './trace-context.js';
import { UnitNotes } from './trace-notes.js';
import { isRemote, remoteFacts, stepsReached } from './unit-progress.js';
import { unitSpans } from './unit-spans.js';

/** What is traced, and where traces are sent. */
export interface TraceUnitsOptions {
  readonly nodeId: string;
  /** Version of the program, an attribute of the resource. */
  readonly version: string;
  readonly work: Workceptor;
  /** See `OTEL_EXPORTER_OTLP_ENDPOINT`, which it comes before; `/v1/traces` is appended. */
  readonly endpoint?: string | undefined;
  /** Headers of each request to the collector; they are secrets. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Variables of OpenTelemetry that the environment of the process has not, for its commands not to inherit them, such as
   * `OTEL_EXPORTER_OTLP_HEADERS`: they hold as if they stood there. Default: none.
   */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  /** Part of the traces begun here that are recorded, from 0 to 1; those begun elsewhere are as they say themselves. Default 1. */
  readonly ratio?: number | undefined;
  /** The neighbor over which a node is reached now. */
  readonly nextHopTo?: ((nodeId: string) => string | undefined) | undefined;
  readonly log?: Logger | undefined;
}

/** Traces while it is open. */
export interface UnitTraces {
  /** Traces no more units, and sends what is left within five seconds. Never rejects. */
  close(): Promise<void>;
}

/** Milliseconds for the last spans to be sent. */
const CLOSE_MS = 5_000;

/**
 * Traces the units of a node, from submit to the last byte, and sends the traces by OTLP over HTTP. A unit that is submitted with a
 * `traceparent` is part of that trace; a node that runs it for this one is told to go on with it. The spans of a unit are sent when it has
 * ended; they outlast a restart of the daemon, for its steps are noted in its folder. Nothing of a unit waits for the collector.
 *
 * See docs/decisions/0123-traces-are-noted-in-the-unit.md.
 *
 * @throws {TracesError} `no-library`, `bad-endpoint`
 * @throws {TypeError} `invalid-argument`
 */
export async function traceUnits(options: TraceUnitsOptions): Promise<UnitTraces> {
  validateOptions<TraceUnitsOptions>('traceUnits', options, {
    nodeId: text,
    version: text,
    work: withMethods('a Workceptor', 'onUnitChange'),
    endpoint: optional(text),
    headers: optional(mapping),
    variables: optional(mapping),
    ratio: optional(number),
    nextHopTo: optional(callback),
    log: optional(logger),
  });
  const { nodeId, version, work, endpoint, headers, variables, log = silentLogger } = options;
  const sink = await otlpSink({
    endpoint,
    headers,
    variables,
    resource: {
      'service.name': 'receptor',
      'service.version': version,
      'service.instance.id': nodeId,
    },
    log,
  });
  const tracer = new Tracer(options, sink);
  const stop = work.onUnitChange((unit) => {
    tracer.changed(unit);
  });
  work.tracing.tracer = tracer;
  return {
    close: async () => {
      stop();
      work.tracing.tracer = undefined;
      await sink.close(CLOSE_MS);
    },
  };
}

/** Follows all units of a node. It alone writes its fields. */
export class Tracer implements UnitTracer {
  /** Notes of units that were seen; null of those that are not traced. */
  readonly #notes = new WeakMap<UnitRecord, UnitNotes | null>();

  constructor(
    private readonly options: Pick<TraceUnitsOptions, 'nodeId' | 'ratio' | 'nextHopTo'>,
    private readonly sink: Pick<SpanSink, 'add'>,
    private readonly now: () => number = wallClock(),
    private readonly random: () => number = Math.random,
  ) {}

  submitted({ record }: Unit, traceparent: string | undefined): void {
    const { ratio = 1 } = this.options;
    const notes = UnitNotes.begin(record.dir, parseTraceparent(traceparent), {
      isRemote: isRemote(record.status),
      sampled: this.random() < ratio,
      nowMs: this.now(),
    });
    this.#notes.set(record, notes);
  }

  traceparentFor(record: UnitRecord): string | undefined {
    const client = this.#notesOf(record)?.client;
    return client && traceparentOf(client);
  }

  /** A unit has changed, or was found on disk. */
  changed({ record }: Unit): void {
    const notes = this.#notesOf(record);
    if (notes === undefined || notes.exported || !notes.own.sampled) return;
    const { status, released } = record;
    for (const step of stepsReached(status)) notes.reach(step, this.now());
    if (!isFinal(status.state) && !released) return;
    notes.reach('ended', this.now());
    const { nodeId } = this.options;
    const stdinBytes = sizeOf(record.path('stdin'));
    const via = this.#via(status);
    this.sink.add(
      unitSpans(notes, { nodeId, unitId: record.id, status, released, stdinBytes, via }),
    );
    notes.wasExported();
  }

  #notesOf(record: UnitRecord): UnitNotes | undefined {
    let notes = this.#notes.get(record);
    if (notes === undefined) {
      notes = UnitNotes.load(record.dir) ?? null;
      this.#notes.set(record, notes);
    }
    return notes ?? undefined;
  }

  #via(status: UnitStatus): string | undefined {
    return isRemote(status) ? this.options.nextHopTo?.(remoteFacts(status).node) : undefined;
  }
}

/** The clock that never goes back is set by the other when they are so many milliseconds apart. */
const DRIFT_MS = 20;

/** A clock of milliseconds since 1970, with fractions. */
function wallClock(): () => number {
  let originMs = performance.timeOrigin;
  return () => {
    const at = originMs + performance.now();
    const drift = Date.now() - at;
    if (Math.abs(drift) < DRIFT_MS) return at;
    originMs += drift;
    return at + drift;
  };
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    return undefined;
  }
}
