import { expect, it } from 'vitest';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { EndedRun } from '../../ports/run-source.js';
import { DomainError } from '../../domain/domain-error.js';
import { UpdateSource } from './update-source.js';

const job = { id: 1, type: 'inventory_update', inventory_source_id: 2 } as UnifiedJob;
const source = { id: 2, inventory_id: 3, host_filter: '', enabled_var: '', enabled_value: '' };

/** What follows from a run that has left a text, where the storage says something of it. */
function concluded(collected: unknown, refusal?: Error) {
  const updates = new UpdateSource({
    updates: {
      source: () => Promise.resolve(source),
      importInventory: () => Promise.reject(refusal ?? new Error('nothing was to be stored')),
    },
    owned: { storeEvents: () => Promise.resolve(0) },
  } as never);
  const end = { status: 'successful', emittedEvents: 0, missing: [] };
  const run = { end, collected, lastCounter: 0, lastLine: 0 } as unknown as EndedRun;
  return updates.conclude(job, { jobId: 1, token: 1 }, run);
}

it.each([
  ['no JSON', undefined, /is no JSON/],
  ['{}', new DomainError('too-many-hosts', '2 hosts; 1 are allowed'), /2 hosts; 1 are allowed/],
])('an inventory that can not be taken over ends the update: %s', async (text, refusal, why) => {
  const { event, facts } = await concluded(text, refusal);
  expect(event).toBe('fail');
  expect(facts?.job_explanation).toMatch(why);
});

it('a connection that was lost is the storage that is asked again, code or none', async () => {
  for (const text of ['Connection terminated unexpectedly', 'timeout expired'])
    await expect(concluded('{}', new Error(text))).rejects.toThrow(text);
});

it('output that could not be read ends the update', async () => {
  const { facts } = await concluded(new Error('it has 70000000 bytes; 67108864 are allowed'));
  expect(facts?.job_explanation).toBe(
    "its output can't be read: it has 70000000 bytes; 67108864 are allowed",
  );
});
