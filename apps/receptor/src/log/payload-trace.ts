import type { WorkHandler } from '@receptorjs/control-service';
import type { Log } from './log.js';
import { masked } from './masked.js';

/** How much is said of a payload: where it comes from, also of which unit it is, also what it is. */
export type PayloadTraceLevel = 1 | 2 | 3;

/** The most bytes of a payload that are shown. */
const MAX_SHOWN_BYTES = 2_048;

/** The level that `RECEPTOR_PAYLOAD_TRACE_LEVEL` asks for; none for any other text than 1, 2 and 3. */
export function payloadTraceLevel(text: string | undefined): PayloadTraceLevel | undefined {
  const level = Number(text);
  return level === 1 || level === 2 || level === 3 ? level : undefined;
}

/**
 * The same units, and a line at level debug for each payload that has come, as the original writes it, and for each that a command of this node
 * gets. Secrets are masked. The payload itself goes its way untouched, and only the begin of it is kept for a moment.
 */
export function payloadTraced(
  work: WorkHandler,
  level: PayloadTraceLevel,
  { log, nodeId }: { readonly log: Log; readonly nodeId: string },
): WorkHandler {
  const submit: WorkHandler['submit'] = async (submission, origin) => {
    const unit = await work.submit(submission, origin);
    if (log.enabled?.('debug') === false) return unit;
    const isHere = submission.node === nodeId || submission.node.toLowerCase() === 'localhost';
    const source = origin.transport === 'unix' ? 'unix socket' : 'network connection';
    const tell = (from: string, seen: Begin): void => {
      log.debug(traceLine(level, from, unit.unitId, seen));
    };
    return {
      unitId: unit.unitId,
      start: async (stdin) => {
        const seen = new Begin();
        const all = async function* (): AsyncGenerator<Uint8Array, void> {
          for await (const chunk of stdin) {
            seen.add(chunk);
            yield chunk;
          }
          tell(source, seen);
        };
        const said = await unit.start(all());
        if (isHere) tell('stdin', seen);
        return said;
      },
    };
  };
  return new Proxy(work, {
    get: (target, name) => {
      if (name === 'submit') return submit;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function traceLine(level: PayloadTraceLevel, source: string, unitId: string, seen: Begin): string {
  const unit = level >= 2 ? ` with work unit ${unitId}` : '';
  const payload = level >= 3 ? ` with a payload of: ${seen.shown()}` : '';
  return `PACKET TRACING ENABLED: Reading from ${source}${unit}${payload}`;
}

/** The first bytes of a payload, and how many there are. It alone writes its fields. */
class Begin {
  readonly #kept: Uint8Array[] = [];
  #length = 0;

  add(chunk: Uint8Array): void {
    const room = MAX_SHOWN_BYTES - this.#length;
    // a copy, so that it does not keep the whole chunk
    if (room > 0) this.#kept.push(Buffer.from(chunk.subarray(0, room)));
    this.#length += chunk.length;
  }

  shown(): string {
    const text = masked(Buffer.concat(this.#kept).toString('utf8'));
    return this.#length > MAX_SHOWN_BYTES ? `${text}... (${this.#length} bytes)` : text;
  }
}
