import { expect, it } from 'vitest';
import { MeshError } from '../../ports/mesh.js';
import { VirtualClock } from '../time/test-virtual-clock.js';
import { Dispatcher } from './dispatcher.js';
import { TestJobMesh } from './test-job-mesh.js';
import { JobsInMemory } from './test-jobs.js';

function world() {
  const clock = new VirtualClock();
  const jobs = new JobsInMemory(clock);
  const mesh = new TestJobMesh(jobs.log);
  let names = 0;
  const controller = (hostname: string): Dispatcher =>
    new Dispatcher({
      hostname,
      ...{ clock, mesh, owned: jobs, leases: jobs },
      queue: { get: (id: number) => Promise.resolve(jobs.job(id)) } as never,
      source: {
        pod: () => Promise.resolve({ manifest: { kind: 'Pod' } }),
        describe: () =>
          Promise.resolve({ task: { kind: 'playbook', playbook: 'p.yml' }, inventory: {} }),
        hostIds: () => Promise.resolve(new Map()),
      },
      newSubmissionId: () => `name-${(names += 1)}`,
    });
  return { clock, jobs, mesh, controller };
}

const counters = (jobs: JobsInMemory, id: number): number[] => [
  ...(jobs.events.get(id)?.keys() ?? []),
];

it('stores the name, then the unit, then that it runs, its events and its end, and only then lets the unit go', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  mesh.say('unit-1', 1, 'playbook_on_play_start');
  mesh.say('unit-1', 2);
  mesh.say('unit-1', 1, 'playbook_on_stats', { ok: { a: 2 }, processed: { a: 1 } });
  mesh.end('unit-1', 'successful');
  await clock.advance(100);
  expect(jobs.log).toEqual([
    'reserve name-1',
    'unit unit-1',
    'started ansible-runner as name-1',
    'start',
    '4 events',
    'summaries',
    'succeed',
    'released unit-1',
  ]);
  expect(jobs.job(1)).toMatchObject({ status: 'successful', emitted_events: 4, play_count: 1 });
  expect(jobs.summaries.get(1)).toMatchObject([{ host_name: 'a', ok: 2 }]);
  expect(one.jobs).toEqual([]);
  await one.stop();
});

it('a pod is kept by the node of the controller that began it, and followed there by the one that adopts the job', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1, { execution_node: '' });
  const one = controller('one');
  one.start();
  await clock.advance(10);
  expect(jobs.log).toContain('started a pod as name-1');
  await one.stop();
  const two = controller('two');
  two.start();
  await clock.advance(10_000);
  mesh.end('unit-1', 'successful');
  await clock.advance(100);
  expect(jobs.job(1)).toMatchObject({ status: 'successful', controller_node: 'two' });
  expect(mesh.followedAt).toEqual(['one', 'one']);
  await two.stop();
});

it('a job of a controller that died goes on elsewhere within 10 seconds, without gap or double', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const dies = controller('one');
  dies.start();
  await clock.advance(10);
  mesh.say('unit-1', 5);
  await clock.advance(200);
  expect(jobs.job(1).last_event_counter).toBe(5);
  // its process stands still: it neither renews nor lets go
  const lease = jobs.job(1).lease_id ?? 0;
  const two = controller('two');
  two.start();
  jobs.expire(lease);
  await clock.advance(10);
  const adopted = jobs.job(1);
  expect([adopted.controller_node, adopted.lease_token]).toEqual(['two', 2]);
  mesh.say('unit-1', 3);
  mesh.end('unit-1', 'failed');
  await clock.advance(10_000);
  expect(jobs.job(1)).toMatchObject({ status: 'failed', emitted_events: 8 });
  expect(counters(jobs, 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(jobs.log.filter((each) => /^doubled|^started|^released/.test(each))).toEqual([
    'started ansible-runner as name-1',
    'released unit-1',
  ]);
  await Promise.all([dies.stop(), two.stop()]);
});

it('who goes on with a job begins where its output was taken to, and counts what was before', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  mesh.tellsPositions = true;
  const dies = controller('one');
  dies.start();
  await clock.advance(10);
  mesh.say('unit-1', 1, 'playbook_on_play_start');
  mesh.say('unit-1', 4);
  await clock.advance(200);
  expect(jobs.job(1).run_position).toMatchObject({ output: { counter: 5, bytes: 500 }, plays: 1 });
  await dies.stop();
  const two = controller('two');
  two.start();
  await clock.advance(10);
  mesh.say('unit-1', 1);
  mesh.say('unit-1', 1, 'playbook_on_stats', { ok: { a: 2 }, processed: { a: 1 } });
  mesh.end('unit-1', 'successful');
  await clock.advance(200);
  expect(mesh.followedFrom).toEqual([0, 5]);
  expect(counters(jobs, 1)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(jobs.job(1)).toMatchObject({ status: 'successful', emitted_events: 7, play_count: 1 });
  // the recap is read again by whoever goes on behind it
  expect(jobs.job(1).run_position).toMatchObject({ output: { counter: 6 } });
  expect(jobs.summaries.get(1)).toHaveLength(1);
  await two.stop();
});

it('a controller that wakes up late changes nothing', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const late = controller('one');
  late.start();
  await clock.advance(10);
  // another one has taken it, and this one does not know
  const { id: lease_id } = await jobs.open('two', 600_000);
  jobs.jobs.set(1, { ...jobs.job(1), lease_id, lease_token: 7 });
  mesh.say('unit-1', 3);
  mesh.end('unit-1', 'successful');
  await clock.advance(200);
  expect(jobs.job(1).status).toBe('running');
  expect(counters(jobs, 1)).toEqual([]);
  expect(jobs.log).not.toContain('released unit-1');
  await late.stop();
});

it('a controller whose lease has expired keeps the jobs that nobody has taken, and lets go of the others', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  jobs.add(2);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  const lease = jobs.job(1).lease_id ?? 0;
  jobs.late(lease);
  // another one has taken the second
  const other = await jobs.open('two', 60_000);
  jobs.jobs.set(2, { ...jobs.job(2), lease_token: 7, lease_id: other.id });
  await clock.advance(2_000);
  expect(one.jobs).toEqual([1]);
  mesh.say('unit-1', 2);
  mesh.end('unit-1', 'successful');
  mesh.say('unit-2', 2);
  await clock.advance(200);
  expect(jobs.job(1)).toMatchObject({ status: 'successful', emitted_events: 2 });
  expect(counters(jobs, 2)).toEqual([]);
  await one.stop();
});

it('a job that a person has declared lost is let go of', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  jobs.jobs.set(1, { ...jobs.job(1), status: 'error', lease_id: null, lease_token: 8 });
  await one.cancel(1);
  expect(one.jobs).toEqual([]);
  await clock.advance(100);
  expect(mesh.log.filter((each) => /^canceled|^released/.test(each))).toEqual([]);
  await one.stop();
});

it.each(['start', 'succeed'] as const)(
  'a change to %s whose answer is lost is known to be done when it is refused as one that was',
  async (event) => {
    const { clock, jobs, mesh, controller } = world();
    jobs.add(1);
    const change = jobs.change.bind(jobs);
    let isLost = false;
    jobs.change = async (claim, each, facts) => {
      const job = await change(claim, each, facts);
      if (each !== event || isLost) return job;
      isLost = true;
      throw new Error('the connection is gone');
    };
    const one = controller('one');
    one.start();
    await clock.advance(1_000);
    mesh.say('unit-1', 2);
    mesh.end('unit-1', 'successful');
    await clock.advance(1_000);
    expect([isLost, jobs.job(1).status]).toEqual([true, 'successful']);
    expect(counters(jobs, 1)).toEqual([1, 2]);
    expect(jobs.log.at(-1)).toBe('released unit-1');
    await one.stop();
  },
);

it('a controller that ends lets others go on at once', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  mesh.say('unit-1', 2);
  await one.stop();
  const two = controller('two');
  two.start();
  await clock.advance(10);
  expect(two.jobs).toEqual([1]);
  mesh.end('unit-1', 'successful');
  await clock.advance(200);
  expect(jobs.job(1).status).toBe('successful');
  expect(counters(jobs, 1)).toEqual([1, 2]);
  await two.stop();
});

it('a job whose unit was sent, and that was not known to have started, is not sent again', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  mesh.hangs = 'after its unit';
  const one = controller('one');
  one.start();
  await clock.advance(10);
  await one.stop();
  expect(jobs.job(1)).toMatchObject({ status: 'waiting', work_unit_id: 'unit-1' });
  mesh.hangs = undefined;
  const two = controller('two');
  two.start();
  await clock.advance(10);
  expect(jobs.job(1)).toMatchObject({ status: 'running', submission_id: 'name-1' });
  expect(jobs.log.filter((each) => each.startsWith('started'))).toEqual([]);
  await two.stop();
});

it('work of a controller that died before it began is placed anew', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1, { execution_node: 'one' });
  mesh.hangs = 'before its unit';
  const one = controller('one');
  one.start();
  await clock.advance(10);
  await one.stop();
  const two = controller('two');
  two.start();
  await clock.advance(10);
  expect(jobs.job(1).status).toBe('pending');
  await two.stop();
});

it('work at the node of a controller that died is followed there, by whoever owns it', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1, { execution_node: 'one' });
  const one = controller('one');
  one.start();
  await clock.advance(10);
  expect(jobs.log).toContain('started local as name-1');
  await one.stop();
  const two = controller('two');
  two.start();
  await clock.advance(10);
  await two.stop();
  const three = controller('three');
  three.start();
  await clock.advance(10);
  mesh.say('unit-1', 2);
  mesh.end('unit-1', 'successful');
  await clock.advance(200);
  expect(jobs.job(1)).toMatchObject({ status: 'successful', controller_node: 'three' });
  expect(mesh.followedAt).toEqual(['one', 'one', 'one']);
  await three.stop();
});

it.each([
  ['is sent to it as what it was', 'unit-9', 'running'],
  ['is placed anew where no unit of it is known', null, 'pending'],
])(
  'work of a controller that died, and of the one that had adopted it, %s',
  async (_, work_unit_id, status) => {
    const { clock, jobs, controller } = world();
    await jobs.open('one', 1);
    const { id: lease_id } = await jobs.open('two', 1);
    const sent = { submission_id: 'name-0', work_unit_node: 'one', work_unit_id };
    jobs.add(1, { execution_node: 'one', controller_node: 'two', lease_id, ...sent });
    await clock.advance(10);
    const three = controller('three');
    three.start();
    await clock.advance(10);
    expect(jobs.job(1).status).toBe(status);
    expect(jobs.log.filter((each) => each.startsWith('started'))).toEqual(
      status === 'running' ? ['started local as name-0'] : [],
    );
    await three.stop();
  },
);

it.each([
  ['unreachable', 'pending'],
  ['refused', 'error'],
  ['unsent', 'error'],
  ['unit-gone', 'error'],
] as const)('a job whose start ends with %s is %s, and it is said why', async (code, status) => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  mesh.refusal = new MeshError(code, 'this is why');
  const one = controller('one');
  one.start();
  await clock.advance(10);
  expect(jobs.job(1)).toMatchObject({ status, job_explanation: 'this is why' });
  await one.stop();
});

it('a job goes on while this machine has no room for what it says, and it is said why', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  mesh.say('unit-1', 1, 'playbook_on_play_start');
  mesh.say('unit-1', 2);
  mesh.fullFor = 3;
  mesh.end('unit-1', 'successful');
  await clock.advance(1_000);
  expect(jobs.job(1)).toMatchObject({
    status: 'running',
    job_explanation: expect.stringContaining('there is no room on the disk') as string,
  });
  expect(mesh.log).not.toContain('released unit-1');
  await clock.advance(2_000 + 4_000 + 8_000);
  expect(jobs.job(1)).toMatchObject({
    ...{ status: 'successful', emitted_events: 3, play_count: 1, job_explanation: '' },
  });
  expect(counters(jobs, 1)).toEqual([1, 2, 3]);
  expect(mesh.log).toContain('released unit-1');
  await one.stop();
});

it('a job is lost only when its node says that there is no such unit', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1, { status: 'running', work_unit_id: 'gone', lease_id: 99 });
  const one = controller('one');
  one.start();
  await clock.advance(10);
  expect(jobs.job(1)).toMatchObject({
    status: 'error',
    job_explanation: 'far: there is no unit gone',
    emitted_events: 0,
  });
  expect(mesh.log).toContain('released gone');
  await one.stop();
});

it.each(['before its unit', 'after its unit', 'while it runs'] as const)(
  'a job is canceled %s',
  async (when) => {
    const { clock, jobs, mesh, controller } = world();
    jobs.add(1);
    if (when !== 'while it runs') mesh.hangs = when;
    const one = controller('one');
    one.start();
    await clock.advance(10);
    jobs.jobs.set(1, { ...jobs.job(1), cancel_flag: true });
    await one.cancel(1);
    await clock.advance(100);
    expect(jobs.job(1).status).toBe('canceled');
    const asked = mesh.log.filter((each) => /^canceled |^released /.test(each));
    expect(asked).toEqual(when === 'before its unit' ? [] : ['canceled unit-1', 'released unit-1']);
    await one.stop();
  },
);

it.each([
  ['has not come to its end', 'runner_on_ok', 'canceled'],
  ['had come to its end', 'playbook_on_stats', 'failed'],
] as const)(
  'a canceled job that says that it has failed and %s, with %s, is %s',
  async (_, event, status) => {
    const { clock, jobs, mesh, controller } = world();
    jobs.add(1);
    mesh.canceledSays = 'failed';
    const one = controller('one');
    one.start();
    await clock.advance(10);
    mesh.say('unit-1', 1, event);
    jobs.jobs.set(1, { ...jobs.job(1), cancel_flag: true });
    await one.cancel(1);
    await clock.advance(100);
    expect(jobs.job(1).status).toBe(status);
    await one.stop();
  },
);

it('a cancel that was missed is seen when it is looked for, and when a job is taken', async () => {
  const { clock, jobs, controller } = world();
  jobs.add(1);
  jobs.add(2, { cancel_flag: true });
  const one = controller('one');
  one.start();
  await clock.advance(100);
  expect(jobs.job(2).status).toBe('canceled');
  jobs.jobs.set(1, { ...jobs.job(1), cancel_flag: true });
  await one.lookForCancels();
  await clock.advance(100);
  expect(jobs.job(1).status).toBe('canceled');
  await one.stop();
});

it('a job that it has got without hearing of it is taken again', async () => {
  const { clock, jobs, mesh, controller } = world();
  jobs.add(1);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  const { lease_id } = jobs.job(1);
  // the answer that told of it was lost with the connection
  jobs.add(2, { lease_id, lease_token: 1 });
  await clock.advance(2_000);
  expect(one.jobs).toEqual([1, 2]);
  mesh.end('unit-2', 'successful');
  await clock.advance(100);
  expect(jobs.job(2)).toMatchObject({ status: 'successful', lease_token: 2 });
  await one.stop();
});

it('a cancel that nobody has told of is seen within seconds', async () => {
  const { clock, jobs, controller } = world();
  jobs.add(1);
  const one = controller('one');
  one.start();
  await clock.advance(10);
  jobs.jobs.set(1, { ...jobs.job(1), cancel_flag: true });
  await clock.advance(3_000);
  expect(jobs.job(1).status).toBe('canceled');
  await one.stop();
});

it('runs 1,000 jobs at once, and no more than it may', async () => {
  const { clock, jobs, mesh, controller } = world();
  for (let id = 1; id <= 2_100; id += 1) jobs.add(id);
  const one = controller('one');
  one.start();
  await clock.advance(2_000);
  expect(one.jobs).toHaveLength(2_000);
  for (let id = 1; id <= 2_100; id += 1) mesh.end(`unit-${id}`, 'successful');
  await clock.advance(4_000);
  expect(one.jobs).toHaveLength(100);
  await one.stop();
});
