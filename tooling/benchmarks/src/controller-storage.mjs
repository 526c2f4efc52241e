// The database of the control plane: events of 20 jobs a second, and the first page of a job with 100,000 of them.
//   controller-storage.mjs [--events COUNT] [--batch COUNT] [--only pglite|postgres]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { engineStores, openStorage } from '@receptorjs/controller-storage';
import { missingPostgres, startPostgres } from '@receptorjs/tooling-test-postgres';

const JOBS = 20;
const LONG_JOB = 100_000;
const PAGE = 25;
const READS = 200;
const NODES = 100;
const PENDING = 1000;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '60000' },
    batch: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
  },
});
const total = Number(values.events);
const batch = Number(values.batch);
if (!Number.isInteger(total) || !Number.isInteger(batch) || total < JOBS || batch < 1) {
  console.error(
    'usage: controller-storage [--events COUNT] [--batch COUNT] [--only pglite|postgres]',
  );
  process.exit(2);
}

/** An event as Ansible's ping of a host gives it, of some 1.2 KiB. */
function event(/** @type {number} */ counter) {
  const host = `web-${counter % 500}.example.com`;
  return {
    counter,
    uuid: `5f0c2a5e-8d3b-4c1e-9f43-${String(counter).padStart(12, '0')}`,
    parent_uuid: '0242ac11-0002-5a2b-6c3d-000000000008',
    event: 'runner_on_ok',
    event_level: 3,
    event_data: {
      playbook: 'site.yml',
      playbook_uuid: '1c2d3e4f-0000-4000-8000-0123456789ab',
      play: 'Everything',
      play_uuid: '0242ac11-0002-5a2b-6c3d-000000000006',
      play_pattern: 'all',
      task: 'Install the packages of the application',
      task_uuid: '0242ac11-0002-5a2b-6c3d-000000000008',
      task_action: 'ansible.builtin.package',
      task_path: '/runner/project/roles/application/tasks/main.yml:14',
      role: 'application',
      host,
      remote_addr: host,
      res: { changed: false, msg: 'x'.repeat(300), invocation: { module_args: { name: 'nginx' } } },
      start: '2026-01-01T00:00:00.000000',
      end: '2026-01-01T00:00:00.100000',
      duration: 0.1,
    },
    failed: false,
    changed: false,
    host_id: null,
    host_name: host,
    playbook: 'site.yml',
    play: 'Everything',
    task: 'Install the packages of the application',
    role: 'application',
    stdout: `\u001b[0;32mok: [${host}]\u001b[0m`,
    start_line: counter - 1,
    end_line: counter,
    verbosity: 0,
    created: new Date(),
  };
}

/** @param {import('@receptorjs/controller-storage').Storage} storage */
async function claimJobs(storage, /** @type {number} */ count) {
  const { queue, owned, leases, instances } = engineStores(storage.database);
  await storage.database
    .insertInto('instance_groups')
    .values([
      { name: 'controlplane', policy_instance_percentage: 100 },
      { name: 'default', policy_instance_percentage: 100 },
    ])
    .execute();
  const health = {
    cpu: 4,
    memory: 2 ** 33,
    cpuCapacity: 16,
    memCapacity: 99,
    version: 'v',
    uuid: '',
  };
  for (const [hostname, nodeType] of /** @type {const} */ ([
    ['control', 'control'],
    ['far', 'execution'],
  ])) {
    await instances.discover({ hostname, nodeType });
    await instances.healthy(hostname, { ...health, capacity: 1000 });
  }
  await instances.recomputeGroups();
  for (let at = 0; at < count; at += 1) {
    const { id } = await queue.create({ type: 'job', name: `job ${at}`, task_impact: 1 });
    await queue.begin([
      { jobId: id, controllerNode: 'control', executionNode: 'far', group: 'default' },
    ]);
  }
  const claims = await owned.acquire(await leases.open('control', 3_600_000), count, []);
  for (const { claim } of claims) await owned.change(claim, 'start');
  return claims.map(({ claim }) => claim);
}

/** @param {import('@receptorjs/controller-storage').Storage} storage */
async function measure(storage) {
  await storage.migrate();
  const { owned, records } = engineStores(storage.database);
  const [long, ...claims] = await claimJobs(storage, JOBS + 1);
  if (long === undefined) throw new Error('no job was begun');
  const each = Math.ceil(total / JOBS);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    claims.map(async (claim) => {
      for (let first = 1; first <= each; first += batch) {
        const count = Math.min(batch, each - first + 1);
        await owned.storeEvents(
          claim,
          Array.from({ length: count }, (_, at) => event(first + at)),
        );
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  for (let first = 1; first <= LONG_JOB; first += 1000) {
    await owned.storeEvents(
      long,
      Array.from({ length: 1000 }, (_, at) => event(first + at)),
    );
  }
  const reads = await timed(() => records.events(long.jobId, { limit: PAGE }));
  const middle = await timed(() =>
    records.output(long.jobId, { fromLine: LONG_JOB / 2, limit: PAGE }),
  );
  const rate = Math.round((each * JOBS) / seconds);
  console.log(
    `${storage.kind}: ${rate} events a second from ${JOBS} jobs in batches of ${batch}` +
      ` (${((cpu.user + cpu.system) / 1e6 / seconds).toFixed(2)} cores of this process);` +
      ` first page of ${LONG_JOB}: median ${reads.median} ms, worst ${reads.worst} ms; a page from the middle: median ${middle.median} ms`,
  );
}

/** What a pass of the scheduler asks of the database: 1,000 pending jobs, 100 nodes, 100 jobs begun. @param {import('@receptorjs/controller-storage').Storage} storage */
async function measurePass(storage) {
  const { queue, instances } = engineStores(storage.database);
  const health = {
    cpu: 4,
    memory: 2 ** 33,
    cpuCapacity: 16,
    memCapacity: 99,
    version: 'v',
    uuid: '',
  };
  for (let at = 0; at < NODES; at += 1) {
    await instances.discover({ hostname: `node-${at}`, nodeType: 'execution' });
    await instances.healthy(`node-${at}`, { ...health, capacity: 100 });
  }
  await instances.healthy('control', { ...health, capacity: 100_000 });
  await instances.recomputeGroups();
  for (let at = 0; at < PENDING; at += 1) {
    await queue.create({
      type: 'job',
      name: `job ${at}`,
      task_impact: 6,
      preferred_instance_groups: [2],
    });
  }
  const snapshot = await timed(() => queue.snapshot(PENDING));
  const { pending } = await queue.snapshot(PENDING);
  const start = performance.now();
  const begun = await queue.begin(
    pending.slice(0, NODES).map(({ id }, at) => ({
      jobId: id,
      controllerNode: 'control',
      executionNode: `node-${at}`,
      group: 'default',
    })),
  );
  console.log(
    `${storage.kind}: a snapshot of ${PENDING} pending jobs and ${NODES} nodes: median ${snapshot.median} ms;` +
      ` ${begun.length} jobs begun in ${(performance.now() - start).toFixed(1)} ms`,
  );
}

/** @param {() => Promise<unknown>} read */
async function timed(read) {
  const times = [];
  for (let at = 0; at < READS; at += 1) {
    const start = performance.now();
    await read();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return {
    median: Number(times[READS / 2]?.toFixed(2)),
    worst: Number(times.at(-1)?.toFixed(2)),
  };
}

if (values.only !== 'postgres') {
  const folder = mkdtempSync(join(tmpdir(), 'controller-storage-'));
  try {
    const storage = await openStorage({ kind: 'pglite', folder });
    await measure(storage);
    await measurePass(storage);
    await storage.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (values.only !== 'pglite') {
  if (missingPostgres === '') {
    const server = await startPostgres({ durable: true });
    try {
      const storage = await openStorage({ kind: 'postgres', url: server.url() });
      await measure(storage);
      await measurePass(storage);
      await storage.close();
    } finally {
      await server.stop();
    }
  } else console.log(`postgres: ${missingPostgres}`);
}
