import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  ControlEngine,
  DescribedRuns,
  systemClock,
  type EngineStores,
  type NewJob,
} from '@receptorjs/controller-core';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import {
  changeFeed,
  engineStores,
  StoredRunMaterials,
  type Storage,
} from '@receptorjs/controller-storage';
import { freePort } from '@receptorjs/tooling-test-peers';
import { privateDataDir, runnerWork } from './job.js';
import type { Daemon, Mesh } from './mesh.js';

/** The work type of execution nodes, as the control plane needs it. */
const executionWork = {
  'work-command': { ...runnerWork['work-command'], allowruntimeparams: true },
};
const controlWork = {
  'work-command': { ...executionWork['work-command'], worktype: 'local' },
};

/** Two control nodes and one execution node that joins later. */
export async function controlMesh(
  mesh: Mesh,
): Promise<{ one: Daemon; two: Daemon; startFar: () => Promise<Daemon> }> {
  const port = await freePort();
  const peer = { 'tcp-peer': { address: `127.0.0.1:${port}` } };
  const one = mesh.start('one', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }, controlWork]);
  const two = mesh.start('two', [peer, controlWork]);
  await two.routeTo('one');
  return {
    one,
    two,
    startFar: async () => {
      const far = mesh.start('far', [peer, executionWork]);
      await two.routeTo('far');
      return far;
    },
  };
}

/** What a controller of a test is given. */
export interface TestControllerOptions {
  readonly daemon: Daemon;
  readonly storage: Storage;
  /** Below it are the projects and the private data dirs. */
  readonly folder: string;
  readonly onNotice?: (sentence: string) => void;
}

/** A controller in the process of the test. */
export class TestController {
  readonly engine: ControlEngine;
  readonly mesh: ControllerMesh;
  #isDead = false;

  constructor({ daemon, storage, folder, onNotice }: TestControllerOptions) {
    const jobs = join(folder, `jobs-of-${daemon.name}`);
    mkdirSync(jobs, { recursive: true });
    this.mesh = new ControllerMesh({ address: `unix:${daemon.socket}`, folder: jobs });
    const materials = new StoredRunMaterials(storage.database, {
      projectsFolder: join(folder, 'projects'),
      decrypt: ({ inputs }) => inputs,
      decryptTyped: () => ({}),
    });
    this.engine = new ControlEngine({
      hostname: daemon.name,
      stores: this.#mortal(engineStores(storage.database)),
      feed: changeFeed(storage),
      mesh: this.mesh,
      jobs: this.mesh.jobs,
      source: new DescribedRuns(materials, 'test'),
      clock: systemClock,
      own: {
        nodeType: 'control',
        machine: () => ({ cpus: 2, memoryBytes: 8 * 2 ** 30 }),
        version: 'test',
        uuid: randomUUID(),
      },
      newSubmissionId: randomUUID,
      onNotice: (sentence) => onNotice?.(`${daemon.name}: ${sentence}`),
    });
  }

  /** From now on it does nothing: it neither reads nor writes, as a process that was killed. */
  kill(): void {
    this.#isDead = true;
    void this.mesh.close();
  }

  async stop(): Promise<void> {
    if (!this.#isDead) await this.engine.stop();
    await this.mesh.close();
  }

  /** Stores that answer while the controller lives. */
  #mortal(stores: EngineStores): EngineStores {
    const of = <T extends object>(store: T): T =>
      new Proxy(store, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]): unknown =>
            this.#isDead ? new Promise(() => undefined) : Reflect.apply(value, target, given);
        },
      });
    return {
      leases: of(stores.leases),
      queue: of(stores.queue),
      owned: of(stores.owned),
      records: of(stores.records),
      instances: of(stores.instances),
      housekeeping: of(stores.housekeeping),
    };
  }
}

/** An inventory of two hosts, a project for each playbook, and the groups that there always are. Gives what a job of a playbook is. */
export async function demoResources(
  storage: Storage,
  folder: string,
  playbooks: Readonly<Record<string, string>>,
): Promise<(playbook: string) => NewJob> {
  const { database } = storage;
  const [group] = await database
    .insertInto('instance_groups')
    .values([
      { name: 'default', policy_instance_percentage: 100 },
      { name: 'controlplane', policy_instance_percentage: 100 },
    ])
    .returning('id')
    .execute();
  const inventory = await database
    .insertInto('inventories')
    .values({ name: 'demo', variables: 'who: everybody' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await database
    .insertInto('hosts')
    .values(
      ['h1', 'h2'].map((name) => ({
        inventory_id: inventory.id,
        name,
        variables: '{"ansible_connection": "local"}',
      })),
    )
    .execute();
  const projects = new Map<string, number>();
  for (const [name, playbook] of Object.entries(playbooks)) {
    // a private data dir has its playbook in `project`
    privateDataDir(join(folder, 'sources', name), playbook);
    mkdirSync(join(folder, 'projects'), { recursive: true });
    const { cpSync } = await import('node:fs');
    cpSync(join(folder, 'sources', name, 'project'), join(folder, 'projects', name), {
      recursive: true,
    });
    const project = await database
      .insertInto('projects')
      .values({ name, local_path: name })
      .returning('id')
      .executeTakeFirstOrThrow();
    projects.set(name, project.id);
  }
  return (name) => ({
    type: 'job',
    name,
    playbook: 'play.yml',
    project_id: projects.get(name) ?? null,
    inventory_id: inventory.id,
    preferred_instance_groups: group === undefined ? [] : [group.id],
    task_impact: 3,
    dependencies_processed: true,
    allow_simultaneous: true,
  });
}
