import { expect, it } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import { UnitRecord } from './store/unit-record.js';
import { UnitTracing } from './unit-tracer.js';

const record = new UnitRecord(
  'unit',
  '/nowhere',
  { state: 0, detail: '', stdoutSize: 0n, workType: 'remote', extraData: null },
  silentLogger,
);

it('sends nothing along without a tracer, or for a unit that is not traced', () => {
  const tracing = new UnitTracing();
  const params = { traceparent: 'as submitted' };
  expect(tracing.paramsFor(record, params)).toBe(params);
  tracing.tracer = { submitted: () => undefined, traceparentFor: () => undefined };
  expect(tracing.paramsFor(record, params)).toBe(params);
});

it('sends the context of the unit along, in place of the one it was submitted with', () => {
  const tracing = new UnitTracing();
  tracing.tracer = { submitted: () => undefined, traceparentFor: () => 'its own' };
  expect(tracing.paramsFor(record, { traceparent: 'as submitted', params: '-u' })).toEqual({
    traceparent: 'its own',
    params: '-u',
  });
});
