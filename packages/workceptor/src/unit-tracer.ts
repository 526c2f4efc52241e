import type { WorkSubmission } from '@receptorjs/control-protocol';
import type { UnitRecord } from './store/unit-record.js';
import type { Unit } from './unit.js';

/** The parameter that carries the context of a trace from node to node, in the form of W3C Trace Context. No command sees it. */
const traceparentParam = 'traceparent';

/** Joins units to the traces of those who submit them; {@link Workceptor.onUnitChange} tells it how they go on. */
export interface UnitTracer {
  /**
   * A unit was made; nothing of it has begun.
   *
   * @param traceparent as it was submitted: whatever somebody else has put there
   */
  submitted(unit: Unit, traceparent: string | undefined): void;
  /** What the node that runs the unit is given as `traceparent`; nothing for a unit that is not traced. */
  traceparentFor(record: UnitRecord): string | undefined;
}

/** The tracer of a node, which may come and go while units are running. */
export class UnitTracing {
  /** Written by whoever composes the node. */
  tracer: UnitTracer | undefined;

  /** A submission has become a unit. */
  submitted(unit: Unit, { params }: WorkSubmission): void {
    this.tracer?.submitted(unit, params[traceparentParam]);
  }

  /** The parameters of a unit for the node that runs it. */
  paramsFor(
    record: UnitRecord,
    params: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> {
    const traceparent = this.tracer?.traceparentFor(record);
    return traceparent === undefined ? params : { ...params, [traceparentParam]: traceparent };
  }
}
