import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStores, NewJob, UnifiedJob } from '@receptorjs/controller-core';
import { engineStores, openStorage, type Storage } from '@receptorjs/controller-storage';
import {
  skipsWithoutPostgres,
  startPostgres,
  type TestPostgres,
} from '@receptorjs/tooling-test-postgres';
import { controlMesh, demoResources } from './controllers.js';
import { env, Mesh, until, type Daemon } from './mesh.js';

const JOBS = 12;
const steps = [1, 2, 3, 4, 5, 6, 7, 8];
const slow = `- hosts: all
  gather_facts: false
  tasks:
${steps.map((at) => `    - debug: {msg: "step ${at}"}\n    - pause: {seconds: 2}\n`).join('')}`;

describe.skipIf(skipsWithoutPostgres())('controllers that are processes, on PostgreSQL', () => {
  let mesh: Mesh;
  let server: TestPostgres;
  let storage: Storage;
  let stores: EngineStores;
  let jobOf: (playbook: string) => NewJob;
  let daemons: Awaited<ReturnType<typeof controlMesh>>;
  let far: Daemon;
  const processes: ChildProcess[] = [];

  function start(daemon: Daemon): ChildProcess {
    const configuration = {
      hostname: daemon.name,
      socket: daemon.socket,
      database: server.url('controller'),
      folder: mesh.folder,
    };
    const log = openSync(logOf(daemon), 'a');
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'controller-process.mjs'), JSON.stringify(configuration)],
      { env, stdio: ['ignore', log, log] },
    );
    closeSync(log);
    processes.push(child);
    return child;
  }
  const logOf = ({ name }: Daemon): string => join(mesh.folder, `controller-${name}.log`);

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  beforeAll(async () => {
    mesh = new Mesh();
    daemons = await controlMesh(mesh);
    far = await daemons.startFar();
    server = await startPostgres();
    const create = await openStorage({ kind: 'postgres', url: server.url() });
    const { sql } = await import('kysely');
    await sql`create database controller`.execute(create.database);
    await create.close();
    storage = await openStorage({ kind: 'postgres', url: server.url('controller') });
    await storage.migrate();
    stores = engineStores(storage.database);
    jobOf = await demoResources(storage, mesh.folder, { slow });
  });
  afterAll(async () => {
    await Promise.all(processes.map((child) => end(child, 'SIGTERM')));
    await storage.close();
    await server.stop();
    await mesh.end();
  });

  const all = async (ids: readonly number[]): Promise<readonly UnifiedJob[]> => {
    const jobs = await Promise.all(ids.map((id) => stores.queue.get(id)));
    return jobs.filter((job) => job !== undefined);
  };
  /** Waits as `until` does; a database that is restarted meanwhile is asked again. */
  const answers = (what: string, is: () => Promise<boolean>, timeoutMs = 120_000) =>
    until(
      what,
      async () => {
        try {
          return (await is()) || undefined;
        } catch {
          return undefined;
        }
      },
      timeoutMs,
    );

  it('kill -9 of a controller and a restart of the database: jobs lost 0, events lost 0, doubled 0', async () => {
    const first = start(daemons.one);
    start(daemons.two);
    await answers('capacity', async () => ((await stores.instances.get('far'))?.capacity ?? 0) > 0);
    await answers('two', async () => (await stores.leases.alive()).length === 2);
    const ids: number[] = [];
    for (let each = 0; each < JOBS; each += 1)
      ids.push((await stores.queue.create(jobOf('slow'))).id);
    await answers('events of all', async () =>
      (await all(ids)).every(({ last_event_counter }) => last_event_counter > 3),
    );
    const own = (await all(ids)).filter((job) => job.controller_node === 'one').map(({ id }) => id);
    expect(own.length).toBeGreaterThan(0);
    await end(first, 'SIGKILL');
    const killed = performance.now();
    await answers('adoption', async () =>
      (await all(own)).every(({ controller_node }) => controller_node === 'two'),
    );
    const adoptedMs = Math.round(performance.now() - killed);
    await server.restart();
    await answers('the ends', async () =>
      (await all(ids)).every(({ event_processing_finished: is }) => is),
    ).catch((error: unknown) => {
      console.log(readFileSync(logOf(daemons.two), 'utf8'));
      throw error;
    });
    const jobs = await all(ids);
    let lost = 0;
    let doubled = 0;
    for (const { id, emitted_events: emitted } of jobs) {
      const events = await stores.records.events(id, { limit: 1_000 });
      lost += (emitted ?? 0) - events.length;
      const seen = new Set(events.map(({ counter }) => counter));
      doubled += events.length - seen.size;
      expect(Math.max(...seen)).toBe(events.length);
      expect(events.filter(({ event }) => event === 'playbook_on_start')).toHaveLength(1);
    }
    const states = jobs.map(({ status }) => status);
    console.log(
      `${JOBS} jobs, ${own.length} of them of the controller that was killed, adopted within ${adoptedMs} ms; ` +
        `jobs lost ${states.filter((state) => state !== 'successful').length}, events lost ${lost}, doubled ${doubled}`,
    );
    expect([new Set(states), lost, doubled]).toEqual([new Set(['successful']), 0, 0]);
    expect(adoptedMs).toBeLessThan(10_000);
    const control = await far.control();
    await until('no units', async () => ((await control.workList()).size === 0 ? true : undefined));
    control.close();
  }, 300_000);
});
