import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EngineStores, type NewJob, type UnifiedJob } from '@receptorjs/controller-core';
import { engineStores, openStorage, type Storage } from '@receptorjs/controller-storage';
import { controlMesh, demoResources, TestController } from './controllers.js';
import { Mesh, until, type Daemon } from './mesh.js';

const steps = [1, 2, 3, 4, 5, 6];
const slow = `- hosts: all
  gather_facts: false
  tasks:
${steps
  .map((at) => `    - debug: {msg: "step ${at} of {{ who }}"}\n    - pause: {seconds: 1}\n`)
  .join('')}`;
const quick = `- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: "for {{ who }}, job {{ awx_job_id }}"}
    - set_stats: {data: {answer: 42}}
      run_once: true
`;

let mesh: Mesh;
let daemons: Awaited<ReturnType<typeof controlMesh>>;
let far: Daemon;
let storage: Storage;
let stores: EngineStores;
let jobOf: (playbook: string) => NewJob;
let one: TestController;
let two: TestController;
const notices: string[] = [];

beforeAll(async () => {
  mesh = new Mesh();
  const { folder } = mesh;
  daemons = await controlMesh(mesh);
  storage = await openStorage({ kind: 'pglite', folder: join(folder, 'database') });
  await storage.migrate();
  stores = engineStores(storage.database);
  jobOf = await demoResources(storage, folder, { quick, slow });
  const onNotice = (sentence: string): void => void notices.push(sentence);
  one = new TestController({ daemon: daemons.one, storage, folder, onNotice });
  two = new TestController({ daemon: daemons.two, storage, folder, onNotice });
  await one.engine.start();
});
afterAll(async () => {
  await one.stop();
  await two.stop();
  await storage.close();
  await mesh.end();
});

const jobWhere = (id: number, is: (job: UnifiedJob) => boolean, timeoutMs = 60_000) =>
  until(
    `job ${id}`,
    async () => {
      const job = await stores.queue.get(id);
      return job !== undefined && is(job) ? job : undefined;
    },
    timeoutMs,
  );
const ended = (id: number): Promise<UnifiedJob> =>
  jobWhere(id, ({ finished }) => finished !== null);
const countersOf = async (id: number): Promise<number[]> =>
  (await stores.records.events(id, { limit: 1_000 })).map(({ counter }) => counter);
const unitsOfFar = async (): Promise<number> => {
  const control = await far.control();
  try {
    return (await control.workList()).size;
  } finally {
    control.close();
  }
};

it('a node that joins the mesh gets capacity without anybody typing', async () => {
  const begun = performance.now();
  far = await daemons.startFar();
  const instance = await until('the capacity of far', async () => {
    const found = await stores.instances.get('far');
    return found !== undefined && found.capacity > 0 ? found : undefined;
  });
  console.log(
    `far has capacity ${instance.capacity} after ${Math.round(performance.now() - begun)} ms:`,
  );
  console.log(notices.join('\n'));
  expect(instance).toMatchObject({ node_type: 'execution', node_state: 'ready', errors: '' });
  const links = await storage.database.selectFrom('instance_links').selectAll().execute();
  expect(links.map(({ link_state }) => link_state)).toContain('established');
});

it('a job runs to its end, and all that it says is in the database', async () => {
  const { id } = await stores.queue.create(jobOf('quick'));
  const job = await ended(id);
  expect(job).toMatchObject({
    status: 'successful',
    controller_node: 'one',
    execution_node: 'far',
    event_processing_finished: true,
    host_status_counts: { ok: 2 },
    play_count: 1,
    task_count: 2,
    artifacts: { answer: 42 },
    job_explanation: '',
  });
  const counters = await countersOf(id);
  expect(counters).toEqual(counters.map((_, at) => at + 1));
  expect(job.emitted_events).toBe(counters.length);
  const text = (await stores.records.output(id, { limit: 1_000 })).map(({ stdout }) => stdout);
  expect(text.join('\n')).toContain(`for everybody, job ${id}`);
  const summaries = await stores.records.summaries(id);
  expect(summaries.map(({ host_name, ok, host_id }) => [host_name, ok, host_id !== null])).toEqual([
    ['h1', 2, true],
    ['h2', 1, true],
  ]);
  await until('no unit at far', async () => ((await unitsOfFar()) === 0 ? true : undefined));
});

it('another controller goes on with a job whose controller is dead: nothing lost, nothing doubled', async () => {
  await two.engine.start();
  await until('the second controller', async () =>
    (await stores.instances.get('two'))?.node_state === 'ready' ? true : undefined,
  );
  const { id } = await stores.queue.create(jobOf('slow'));
  const { controller_node: first } = await jobWhere(id, (job) => job.last_event_counter >= 6);
  const [dies, other] = first === 'one' ? [one, 'two'] : [two, 'one'];
  dies.kill();
  const killed = performance.now();
  await jobWhere(id, ({ controller_node }) => controller_node === other, 20_000);
  const adoptedMs = performance.now() - killed;
  console.log(`job ${id} was adopted ${Math.round(adoptedMs)} ms after its controller died`);
  expect(adoptedMs).toBeLessThan(10_000);
  const job = await ended(id);
  const counters = await countersOf(id);
  expect(counters).toEqual(counters.map((_, at) => at + 1));
  expect(job).toMatchObject({
    status: 'successful',
    emitted_events: counters.length,
    stored_events: counters.length,
    event_processing_finished: true,
    lease_token: 2,
  });
  const tasks = (await stores.records.events(id, { limit: 1_000 })).filter(
    ({ event, task }) => event === 'playbook_on_task_start' && task === 'pause',
  );
  expect(tasks).toHaveLength(steps.length);
  await until('no unit at far', async () => ((await unitsOfFar()) === 0 ? true : undefined));
}, 120_000);

it('a job is canceled', async () => {
  const { id } = await stores.queue.create(jobOf('slow'));
  await jobWhere(id, (job) => job.last_event_counter >= 3);
  expect(await stores.queue.cancel(id)).toBe('requested');
  const job = await ended(id);
  expect(job).toMatchObject({ status: 'canceled', event_processing_finished: true });
  await until('no unit at far', async () => ((await unitsOfFar()) === 0 ? true : undefined));
});

it('a node that is gone has no capacity, its job waits for it and goes on, and it comes back by itself', async () => {
  const { id } = await stores.queue.create(jobOf('slow'));
  await jobWhere(id, (job) => job.last_event_counter >= 3);
  await far.stop('SIGKILL');
  const gone = performance.now();
  const capacity = async (): Promise<number> => (await stores.instances.get('far'))?.capacity ?? -1;
  await until('no capacity', async () => ((await capacity()) === 0 ? true : undefined), 120_000);
  console.log(`no capacity ${Math.round(performance.now() - gone)} ms after the daemon was killed`);
  far.start();
  await until('the capacity', async () => ((await capacity()) > 0 ? true : undefined), 120_000);
  const job = await ended(id);
  const counters = await countersOf(id);
  expect(counters).toEqual(counters.map((_, at) => at + 1));
  expect(job).toMatchObject({ status: 'successful', emitted_events: counters.length });
}, 300_000);
