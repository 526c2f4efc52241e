import { expect, it } from 'vitest';
import { Blocking, type BlockingJob } from './blocking.js';

let id = 0;
const one = (type: BlockingJob['type'], more: Partial<BlockingJob> = {}): BlockingJob => ({
  id: (id += 1),
  type,
  ...more,
});
const update = one('project_update', { project: 1 });
const inventoryUpdate = one('inventory_update', { inventory: 2, inventorySource: 3 });
const command = one('ad_hoc_command', { inventory: 4 });
const running = one('job', { project: 5, inventory: 6, template: 7 });
const system = one('system_job');
const begun = [update, inventoryUpdate, command, running, system];

// what is pending, and what keeps it
it.each<[string, BlockingJob, BlockingJob | undefined]>([
  ['a second update of a project', one('project_update', { project: 1 }), update],
  ['an update of another project', one('project_update', { project: 5 }), undefined],
  [
    'a second update by a source',
    one('inventory_update', { inventory: 2, inventorySource: 3 }),
    inventoryUpdate,
  ],
  [
    'an update by another source',
    one('inventory_update', { inventory: 2, inventorySource: 9 }),
    undefined,
  ],
  ['a job whose project is being updated', one('job', { project: 1 }), update],
  ['a job whose inventory is being updated', one('job', { inventory: 2 }), inventoryUpdate],
  ['a job on an inventory with an ad hoc command', one('job', { inventory: 4 }), command],
  ['a second job of a template', one('job', { template: 7 }), running],
  ['one that may run beside it', one('job', { template: 7, allowSimultaneous: true }), undefined],
  ['jobs without a template', one('job', { inventory: 6 }), undefined],
  ['a second ad hoc command', one('ad_hoc_command', { inventory: 4 }), command],
  [
    'one whose inventory is being updated',
    one('ad_hoc_command', { inventory: 2 }),
    inventoryUpdate,
  ],
  ['one beside a job', one('ad_hoc_command', { inventory: 6 }), undefined],
  ['a second system job', one('system_job'), system],
])('%s', (_, pending, blocker) => {
  expect(new Blocking(begun).blockerOf(pending)?.id).toBe(blocker?.id);
});

it('what begins keeps what comes behind it in the same pass', () => {
  const blocking = new Blocking([]);
  const first = one('job', { template: 1 });
  const second = one('job', { template: 1 });
  expect(blocking.blockerOf(first)).toBeUndefined();
  blocking.add(first);
  expect(blocking.blockerOf(second)).toEqual({
    id: first.id,
    why: 'another job of its template runs',
  });
});
