import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Workceptor, commandWorkType } from '@receptorjs/workceptor';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Tracer } from './unit-traces.js';
import type { Span } from './span.js';

let dataDir: string;
let work: Workceptor;
let spans: Span[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'traces-'));
  spans = [];
  work = workceptor();
});
afterEach(async () => {
  await work.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function workceptor(ratio = 1): Workceptor {
  const made = new Workceptor({ nodeId: 'near', dataDir });
  const tracer = new Tracer(
    { nodeId: 'near', ratio },
    { add: (more) => void spans.push(...more) },
    Date.now,
    () => 0.5,
  );
  made.tracing.tracer = tracer;
  made.onUnitChange((unit) => {
    tracer.changed(unit);
  });
  made.registerWorkType(commandWorkType({ workType: 'cat', command: 'cat' }));
  return made;
}

/** A unit that is refused the rest of its stdin: it ends without a process. */
async function failedUnit(traceparent?: string): Promise<void> {
  const params: Record<string, string> = traceparent === undefined ? {} : { traceparent };
  const unit = await work.submit(
    { node: 'localhost', workType: 'cat', params, signWork: false },
    { transport: 'unix' },
  );
  const broken = new Readable({
    read() {
      this.destroy(new Error('gone'));
    },
  });
  await expect(unit.start(broken)).rejects.toThrow('gone');
}

const traceId = '0af7651916cd43dd8448eb211c80319c';

it('sends the spans of a unit once, when it has ended', async () => {
  await work.start();
  await failedUnit(`00-${traceId}-b7ad6b7169203331-01`);
  expect(spans.map(({ name, failed }) => [name, failed])).toEqual([
    ['unit cat', true],
    ['store stdin', false],
  ]);
  expect(spans[0]).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' });
  await work.close();
  work = workceptor();
  await work.start();
  expect(spans).toHaveLength(2);
});

it('leaves alone what is not to be sampled', async () => {
  work.tracing.tracer = undefined;
  await work.close();
  work = workceptor(0.4);
  await work.start();
  await failedUnit();
  await failedUnit(`00-${traceId}-b7ad6b7169203331-00`);
  expect(spans).toEqual([]);
  await failedUnit(`00-${traceId}-b7ad6b7169203331-01`);
  expect(spans).not.toEqual([]);
});
