import { isJsonObject, parseJson, type JsonObject } from '@receptorjs/control-protocol';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { newId, parseTraceparent, traceparentOf, type TraceContext } from './trace-context.js';

/** Steps of a unit, in the order in which they come. */
export const steps = [
  'stdin-stored',
  'queued',
  'launched',
  'node-reached',
  'sent',
  'running',
  'ended',
] as const;
export type Step = (typeof steps)[number];

/** What is noted of a traced unit. Times are milliseconds since 1970, with fractions. */
export interface TraceNotes {
  /** Span of the unit as a whole. */
  readonly own: TraceContext;
  /** Span of whoever submitted it. */
  readonly parentSpanId: string | undefined;
  /** Span under which another node runs it; its spans are children of this one. */
  readonly clientSpanId: string | undefined;
  readonly submittedMs: number;
  readonly reached: ReadonlyMap<Step, number>;
  /** Whether its spans were given to the exporter. */
  readonly exported: boolean;
}

/** Name of the file in a unit's folder. */
const NOTES_FILE = 'trace';
/** The most bytes of it that are read; there are nine lines at most. */
const MAX_BYTES = 4_096;

const { O_APPEND, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * The notes of one unit, in its folder: a line of JSON for the beginning and one for each step, so that a trace outlasts the daemon.
 * What can't be stored is known until the daemon ends. It alone writes its fields.
 */
export class UnitNotes implements TraceNotes {
  readonly reached = new Map<Step, number>();
  exported = false;

  private constructor(
    private readonly dir: string,
    readonly own: TraceContext,
    readonly parentSpanId: string | undefined,
    readonly clientSpanId: string | undefined,
    readonly submittedMs: number,
  ) {}

  /**
   * Notes that a unit was submitted.
   *
   * @param parent of the span that it is part of; without one it begins a trace
   * @param isRemote whether another node runs it
   */
  static begin(
    dir: string,
    parent: TraceContext | undefined,
    {
      isRemote,
      sampled,
      nowMs,
    }: { readonly isRemote: boolean; readonly sampled: boolean; readonly nowMs: number },
  ): UnitNotes {
    const own = {
      traceId: parent?.traceId ?? newId(16),
      spanId: newId(8),
      sampled: parent?.sampled ?? sampled,
    };
    const clientSpanId = isRemote ? newId(8) : undefined;
    const notes = new UnitNotes(dir, own, parent?.spanId, clientSpanId, nowMs);
    const first = {
      own: traceparentOf(own),
      parent: parent?.spanId ?? null,
      client: clientSpanId ?? null,
      at: nowMs,
    };
    try {
      writeFileSync(join(dir, NOTES_FILE), lineOf(first), { flag: 'wx', mode: 0o600 });
    } catch {
      // a full disk, or a folder that is gone: the unit itself says so
    }
    return notes;
  }

  /** The notes that are in the folder of a unit; none where it is not traced. */
  static load(dir: string): UnitNotes | undefined {
    const [first, ...lines] = readLines(join(dir, NOTES_FILE)).map(objectOf);
    const own = parseTraceparent(textOf(first?.['own']));
    const submittedMs = timeOf(first?.['at']);
    if (first === undefined || own === undefined || submittedMs === undefined) return undefined;
    const notes = new UnitNotes(
      dir,
      own,
      spanIdOf(first['parent']),
      spanIdOf(first['client']),
      submittedMs,
    );
    for (const line of lines) {
      if (line === undefined) continue;
      if (line['exported'] === true) notes.exported = true;
      const step = steps.find((each) => each === line['step']);
      const at = timeOf(line['at']);
      if (step !== undefined && at !== undefined) notes.reached.set(step, at);
    }
    return notes;
  }

  /** The context under which another node runs the unit. */
  get client(): TraceContext | undefined {
    return this.clientSpanId === undefined ? undefined : { ...this.own, spanId: this.clientSpanId };
  }

  /** Notes a step, once. */
  reach(step: Step, nowMs: number): void {
    if (this.reached.has(step)) return;
    this.reached.set(step, nowMs);
    this.#append({ step, at: nowMs });
  }

  /** Notes that the spans are on their way: a restart does not send them again. */
  wasExported(): void {
    this.exported = true;
    this.#append({ exported: true });
  }

  #append(line: JsonObject): void {
    try {
      const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
      const file = openSync(join(this.dir, NOTES_FILE), flags);
      try {
        writeSync(file, lineOf(line));
      } finally {
        closeSync(file);
      }
    } catch {
      // as above
    }
  }
}

const lineOf = (line: JsonObject): string => `${JSON.stringify(line)}\n`;

function readLines(path: string): string[] {
  try {
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return [];
      const bytes = Buffer.alloc(MAX_BYTES);
      const length = readSync(file, bytes, 0, MAX_BYTES, 0);
      return bytes.toString('utf8', 0, length).split('\n');
    } finally {
      closeSync(file);
    }
  } catch {
    return []; // it is not traced
  }
}

/** None for a line that a crash has cut off. */
function objectOf(line: string): JsonObject | undefined {
  try {
    const value = parseJson(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** The latest time whose nanoseconds have 64 bits, as collectors want them; one that is noted as later is damage. */
const MAX_TIME_MS = 1.8e13;

const timeOf = (value: unknown): number | undefined => {
  const isTime = typeof value === 'number' && value >= 0 && value <= MAX_TIME_MS;
  return isTime ? value : undefined;
};

const spanIdOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? value : undefined;
