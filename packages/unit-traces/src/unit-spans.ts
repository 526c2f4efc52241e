import { stateName, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { newId } from './trace-context.js';
import type { Span } from './span.js';
import type { Step, TraceNotes } from './trace-notes.js';
import { isRemote, remoteFacts } from './unit-progress.js';

/** What is known of a unit besides its notes. */
export interface UnitFacts {
  readonly nodeId: string;
  readonly unitId: string;
  /** At its end, or when it was released before. */
  readonly status: UnitStatus;
  readonly released: boolean;
  /** Bytes of stdin; undefined when it is not known any more. */
  readonly stdinBytes: number | undefined;
  /** The neighbor over which the other node was reached. */
  readonly via: string | undefined;
}

/** The spans of a unit that has ended, that of the unit itself first. Parameters, stdin, output and texts for people are in none of them. */
export function unitSpans(notes: TraceNotes, facts: UnitFacts): Span[] {
  const { own, parentSpanId, clientSpanId, submittedMs, reached } = notes;
  const { status } = facts;
  const endMs = Math.max(submittedMs, reached.get('ended') ?? submittedMs);
  const remote = isRemote(status) ? remoteFacts(status) : undefined;
  const common = {
    'receptor.node.id': facts.nodeId,
    'receptor.unit.id': facts.unitId,
    'receptor.work_type': remote?.workType ?? status.workType,
  };
  const there = remote && {
    'receptor.remote.node.id': remote.node,
    ...(remote.unitId === '' ? {} : { 'receptor.remote.unit.id': remote.unitId }),
    ...(facts.via === undefined ? {} : { 'receptor.remote.via': facts.via }),
  };
  const outcome = outcomeOf(facts);
  /** Times of a span between two steps; none when it has not begun. */
  const between = (
    from: Step | 'submitted',
    to: Step,
  ): { startMs: number; endMs: number } | undefined => {
    const startMs = from === 'submitted' ? submittedMs : reached.get(from);
    if (startMs === undefined) return undefined;
    return { startMs, endMs: Math.max(startMs, Math.min(endMs, reached.get(to) ?? endMs)) };
  };
  const root: Span = {
    name: `unit ${common['receptor.work_type']}`,
    kind: 'server',
    traceId: own.traceId,
    spanId: own.spanId,
    parentSpanId,
    startMs: submittedMs,
    endMs,
    attributes: { ...common, ...there, ...outcome.attributes },
    failed: outcome.failed,
  };
  const child = (
    name: string,
    times: { startMs: number; endMs: number } | undefined,
    more: Partial<Span> = {},
  ): Span[] =>
    times === undefined
      ? []
      : [
          {
            name,
            kind: 'internal',
            traceId: own.traceId,
            spanId: newId(8),
            parentSpanId: own.spanId,
            ...times,
            attributes: common,
            failed: false,
            ...more,
          },
        ];
  const stdin = child('store stdin', between('submitted', 'stdin-stored'), {
    attributes: {
      ...common,
      ...(facts.stdinBytes === undefined ? {} : { 'receptor.stdin.bytes': facts.stdinBytes }),
    },
  });
  if (there === undefined) {
    return [
      root,
      ...stdin,
      ...child('wait for a place', between('queued', 'launched')),
      ...child('start', between('launched', 'running')),
      ...child('run', between('running', 'ended'), {
        attributes: { ...common, ...outcome.attributes },
        failed: outcome.failed,
      }),
    ];
  }
  const attributes = { ...common, ...there };
  const inClient = { attributes, parentSpanId: clientSpanId };
  return [
    root,
    ...stdin,
    ...child(`unit on ${remote?.node ?? ''}`, between('stdin-stored', 'ended'), {
      kind: 'client',
      ...(clientSpanId === undefined ? {} : { spanId: clientSpanId }),
      attributes: { ...attributes, ...outcome.attributes },
      failed: outcome.failed,
    }),
    ...child('wait for node', between('stdin-stored', 'node-reached'), inClient),
    ...child('send stdin', between('node-reached', 'sent'), inClient),
    ...child('receive results', between('sent', 'ended'), {
      ...inClient,
      attributes: { ...attributes, 'receptor.stdout.bytes': Number(status.stdoutSize) },
    }),
  ];
}

function outcomeOf({ status, released }: UnitFacts): {
  attributes: Record<string, string | number>;
  failed: boolean;
} {
  const { state, detail, stdoutSize, report } = status;
  const failed = state === UnitState.Failed;
  const exit = /^exit status (\d{1,10})$/.exec(detail)?.[1];
  const code = state === UnitState.Succeeded ? '0' : exit;
  return {
    attributes: {
      'receptor.unit.state':
        state < UnitState.Succeeded && released ? 'Released' : stateName(state),
      'receptor.stdout.bytes': Number(stdoutSize),
      ...(code === undefined ? {} : { 'process.exit.code': Number(code) }),
      ...(failed ? { 'error.type': report?.errorCode ?? '_OTHER' } : {}),
    },
    failed,
  };
}
