import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf } from '@receptorjs/tooling-attacks/commands';
import { Daemon } from '@receptorjs/tooling-attacks/daemon';
import { until } from '@receptorjs/tooling-attacks/until';
import { engineStores, openStorage } from '@receptorjs/controller-storage';
import { freePort } from '@receptorjs/tooling-test-peers';
import { startPostgres } from '@receptorjs/tooling-test-postgres';
import { sql } from 'kysely';
import { BreakableLink } from './breakable-link.mjs';
import { ControllerProcess } from './controller-process.mjs';
import { accountOf } from './account.mjs';
import { PLAYBOOK, readWitness, VARYING_EVENTS, writeWitness } from './witness.mjs';

/** Milliseconds until all nodes have capacity. */
const READY_MS = 120_000;

/**
 * @typedef {object} PlaneSettings
 * @property {string} folder
 * @property {number} controllers
 * @property {number} nodes that run jobs
 * @property {number} steps seconds that a job takes at least, once the gate is open
 * @property {string} [worker] what nodes run instead of the worker of Ansible's jobs
 * @property {Readonly<Record<string, string>>} [settings] of PostgreSQL
 */

/**
 * Controllers as processes on one PostgreSQL, each with a node of the mesh beside it, and nodes that run jobs; between those and the controllers is a link that can be cut.
 * It alone writes its fields.
 */
export class ControlPlane {
  /** @type {ControllerProcess[]} */
  controllers = [];
  /** The nodes beside the controllers. @type {Daemon[]} */
  besides = [];
  /** Those that run jobs. @type {Daemon[]} */
  nodes = [];
  /** @type {BreakableLink[]} */
  #links = [];
  #settings;
  #gate;
  #template = 0;
  /** Ids of jobs. @type {number[]} */
  launched = [];

  /**
   * @param {PlaneSettings} settings
   * @param {import('@receptorjs/tooling-test-postgres').TestPostgres} server
   * @param {import('@receptorjs/controller-storage').Storage} storage
   */
  constructor(settings, server, storage) {
    this.#settings = settings;
    this.server = server;
    this.storage = storage;
    this.stores = engineStores(storage.database);
    this.witness = join(settings.folder, 'witness');
    this.#gate = join(settings.folder, 'gate');
  }

  /** Starts all of it; resolves when each node has capacity. @param {PlaneSettings} settings */
  static async start(settings) {
    const server = await startPostgres({
      durable: true,
      settings: { max_connections: '200', ...settings.settings },
    });
    const create = await openStorage({ kind: 'postgres', url: server.url() });
    await sql`create database controller`.execute(create.database);
    await create.close();
    const storage = await openStorage({
      kind: 'postgres',
      url: server.url('controller'),
      maxConnections: 4,
    });
    const plane = new ControlPlane(settings, server, storage);
    try {
      await plane.#begin();
      return plane;
    } catch (error) {
      await plane.end();
      throw error;
    }
  }

  async #begin() {
    const { folder, nodes, controllers, steps, worker } = this.#settings;
    const commands = commandsOf();
    const dataDir = join(folder, 'controllers');
    mkdirSync(dataDir, { mode: 0o700 });
    const action = (/** @type {string} */ worktype, command = commands.runner) => ({
      'work-command': { worktype, command, params: 'worker', allowruntimeparams: true },
    });
    /** @type {object[]} */
    const peers = [];
    for (let at = 1; at <= nodes; at += 1) {
      const port = await freePort();
      const listener = { 'tcp-listener': { bindaddr: '127.0.0.1', port } };
      const node = new Daemon(commands, `node-${at}`, folder, [
        listener,
        action('ansible-runner', worker),
      ]);
      node.start();
      this.nodes.push(node);
      const link = new BreakableLink(port);
      this.#links.push(link);
      peers.push({ 'tcp-peer': { address: `127.0.0.1:${await link.open()}` } });
    }
    for (let at = 1; at <= controllers; at += 1) {
      const beside = new Daemon(commands, `control-${at}`, folder, [...peers, action('local')]);
      beside.start();
      this.besides.push(beside);
      (await beside.control()).close();
      const controller = new ControllerProcess({
        name: beside.name,
        folder,
        dataDir,
        socket: beside.socket,
        database: this.server.url('controller'),
        env: commands.env,
      });
      this.controllers.push(controller);
      await controller.start();
    }
    const witness = { file: this.witness, gate: this.#gate, steps };
    writeWitness(join(dataDir, 'projects', 'witness'), witness);
    this.#template = await this.#resources();
    await until('capacity of all nodes', () => this.#hasCapacity(), READY_MS, 100);
  }

  async #hasCapacity() {
    const all = await this.stores.instances.list();
    const ready = all.filter(
      ({ node_type, capacity }) => node_type === 'execution' && capacity > 0,
    );
    const alive = await this.stores.leases.alive();
    return ready.length === this.nodes.length && alive.length === this.controllers.length
      ? true
      : undefined;
  }

  /** @returns the id of the template */
  async #resources() {
    const { database } = this.storage;
    const { id: inventory_id } = await database
      .insertInto('inventories')
      .values({ name: 'witness' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await database
      .insertInto('hosts')
      .values({ inventory_id, name: 'here', variables: '{"ansible_connection": "local"}' })
      .execute();
    const { id: project_id } = await database
      .insertInto('projects')
      .values({
        name: 'witness',
        local_path: 'witness',
        playbook_files: JSON.stringify([PLAYBOOK]),
        status: 'ok',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { id } = await database
      .insertInto('job_templates')
      .values({
        name: 'witness',
        project_id,
        inventory_id,
        playbook: PLAYBOOK,
        allow_simultaneous: true,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  /** Launches jobs by the interfaces of all controllers in turn. @param {number} count */
  async launch(count) {
    for (let at = 0; at < count; at += 1) {
      const controller = this.controllers[at % this.controllers.length];
      if (controller === undefined) throw new Error('there is no controller');
      const { job } = await controller.ask('POST', `job_templates/${this.#template}/launch/`, {});
      this.launched.push(job);
    }
  }

  /** Lets the jobs go on to their ends. */
  openGate() {
    writeFileSync(this.#gate, '');
  }

  /** How the jobs that were launched stand. */
  async jobs() {
    if (this.launched.length === 0) return [];
    return this.storage.database
      .selectFrom('unified_jobs')
      .select([
        'id',
        'status',
        'controller_node',
        'execution_node',
        'lease_id',
        'last_event_counter',
        'event_processing_finished',
        'job_explanation',
        'result_traceback',
      ])
      .where('id', 'in', this.launched)
      .orderBy('id')
      .execute();
  }

  /** Waits until so many of them run and have stored events. @param {number} count @param {number} timeoutMs */
  async running(count, timeoutMs) {
    await until(
      `${count} jobs that run`,
      async () => {
        const jobs = await this.jobs();
        const over = jobs.find(({ status }) => !['pending', 'waiting', 'running'].includes(status));
        const running = jobs.filter(
          (job) => job.status === 'running' && job.last_event_counter > 3,
        );
        if (running.length >= count) return running;
        if (over !== undefined) {
          const { id, status, execution_node, job_explanation, result_traceback } = over;
          throw new Error(
            `only ${running.length} of ${count} jobs run, and job ${id} on ${execution_node} is ${status} already: ${job_explanation} ${result_traceback}`,
          );
        }
        return undefined;
      },
      timeoutMs,
      200,
    );
    return this.jobs();
  }

  /** Waits until all have ended and all their events are stored, or time is up. A database that is away meanwhile is asked again. */
  async ended(/** @type {number} */ timeoutMs) {
    await until(
      'the ends of all jobs',
      async () => {
        const jobs = await this.jobs().catch(() => []);
        const isAll =
          jobs.length === this.launched.length &&
          jobs.every((job) => job.event_processing_finished);
        return isAll || undefined;
      },
      timeoutMs,
      250,
    ).catch(() => undefined);
  }

  /**
   * Waits until the jobs that a controller had are others'.
   *
   * @param {readonly number[]} ids
   * @param {string} from
   * @param {number} timeoutMs
   * @returns {Promise<number[]>} milliseconds from now to each
   */
  async adoption(ids, from, timeoutMs = 60_000) {
    const begun = performance.now();
    /** @type {Map<number, number>} */
    const times = new Map();
    await until(
      `other owners of ${ids.length} jobs of ${from}`,
      async () => {
        const jobs = await this.jobs().catch(() => []);
        for (const { id, controller_node, lease_id, event_processing_finished } of jobs) {
          const isElsewhere =
            controller_node !== from && (lease_id !== null || event_processing_finished);
          if (isElsewhere && ids.includes(id) && !times.has(id))
            times.set(id, performance.now() - begun);
        }
        return times.size === ids.length || undefined;
      },
      timeoutMs,
      50,
    );
    return [...times.values()].map(Math.round);
  }

  /** The account of all that was launched. */
  async account() {
    const { database } = this.storage;
    const stored = await database
      .selectFrom('unified_jobs as j')
      .leftJoin('job_events as e', 'e.job_id', 'j.id')
      .where('j.id', 'in', this.launched)
      .groupBy('j.id')
      .select([
        'j.id',
        'j.status',
        'j.event_processing_finished as isFinished',
        sql`coalesce(j.emitted_events, 0)`.as('emitted'),
        sql`count(e.id)`.as('stored'),
        sql`coalesce(max(e.counter), 0)`.as('highest'),
        sql`count(distinct e.uuid)`.as('distinct'),
        sql`count(distinct e.uuid) filter (where e.event <> all (${VARYING_EVENTS}))`.as('steady'),
      ])
      .execute();
    const counted = stored.map(({ emitted, stored: count, highest, distinct, steady, ...job }) => ({
      ...job,
      emitted: Number(emitted),
      stored: Number(count),
      highest: Number(highest),
      distinct: Number(distinct),
      steady: Number(steady),
    }));
    return accountOf(this.launched, counted, readWitness(this.witness));
  }

  /** Units that nodes still keep, once they had time to go. */
  async unitsLeft(timeoutMs = 60_000) {
    /** @type {string[]} */
    let left = [];
    await until(
      'nodes without units',
      async () => {
        left = [];
        for (const node of [...this.nodes, ...this.besides]) {
          if (node.end !== undefined) continue;
          const client = await node.control();
          try {
            for (const unitId of (await client.workList()).keys())
              left.push(`${unitId} of ${node.name}`);
          } finally {
            client.close();
          }
        }
        return left.length === 0 || undefined;
      },
      timeoutMs,
      1_000,
    ).catch(() => undefined);
    return left;
  }

  /** Cuts what is between the controllers and the nodes that run jobs. */
  cut() {
    for (const link of this.#links) link.cut();
  }

  mend() {
    for (const link of this.#links) link.mend();
  }

  async end() {
    // what still runs comes to its end by itself
    this.openGate();
    await Promise.all(
      this.controllers.map((controller) => controller.stop().catch(() => undefined)),
    );
    await Promise.all([...this.nodes, ...this.besides].map((daemon) => daemon.stop()));
    for (const link of this.#links) link.close();
    await this.storage.close();
    await this.server.stop();
  }
}
