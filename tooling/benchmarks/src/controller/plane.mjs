import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openStorage } from '@receptorjs/controller-storage';
import { commandsOf } from '@receptorjs/tooling-attacks/commands';
import { Daemon } from '@receptorjs/tooling-attacks/daemon';
import { until } from '@receptorjs/tooling-attacks/until';
import { ControllerProcess } from '@receptorjs/tooling-controller-trials/controller-process';
import { freePort } from '@receptorjs/tooling-test-peers';
import { startPostgres } from '@receptorjs/tooling-test-postgres';
import { sql } from 'kysely';

const READY_MS = 120_000;
/** The kernel counts time in hundredths of a second. */
const TICKS = 100;

/**
 * @typedef {object} PlaneSettings
 * @property {string} folder
 * @property {'pglite' | 'postgres'} database
 * @property {string} worker what nodes run
 * @property {number} [nodes] default 1
 * @property {number} [controllers] default 1; several need PostgreSQL
 */

/** Controllers on either database, each with the node of the mesh beside it, and nodes that run a worker; asked by the interface alone. It alone writes its fields. */
export class WorkedPlane {
  /** @type {ControllerProcess[]} */
  controllers = [];
  /** @type {Daemon[]} */
  daemons = [];
  /** @type {import('@receptorjs/tooling-test-postgres').TestPostgres | undefined} */
  #server;
  #template = 0;

  /** Starts all of it; resolves when the nodes have capacity. @param {PlaneSettings} settings */
  static async start(settings) {
    const plane = new WorkedPlane();
    try {
      await plane.#begin(settings);
      return plane;
    } catch (error) {
      await plane.end();
      throw error;
    }
  }

  async #begin(
    /** @type {PlaneSettings} */ { folder, database, worker, nodes = 1, controllers = 1 },
  ) {
    const commands = commandsOf();
    const action = (/** @type {string} */ worktype, /** @type {string} */ command) => ({
      'work-command': { worktype, command, params: 'worker', allowruntimeparams: true },
    });
    const peers = [];
    for (let at = 1; at <= nodes; at += 1) {
      const port = await freePort();
      const listener = { 'tcp-listener': { bindaddr: '127.0.0.1', port } };
      this.#start(
        new Daemon(commands, `node-${at}`, folder, [listener, action('ansible-runner', worker)]),
      );
      peers.push({ 'tcp-peer': { address: `127.0.0.1:${port}` } });
    }
    const url = database === 'postgres' ? await this.#database() : '';
    const dataDir = join(folder, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    for (let at = 1; at <= controllers; at += 1) {
      const name = `control-${at}`;
      const beside = this.#start(
        new Daemon(commands, name, folder, [...peers, action('local', commands.runner)]),
      );
      (await beside.control()).close();
      // it may look after as many jobs as it can
      const env = { ...commands.env, SYSTEM_TASK_ABS_CPU: '1024' };
      const { socket } = beside;
      const place = { name, folder, dataDir, socket, database: url, env };
      const controller = new ControllerProcess(place);
      this.controllers.push(controller);
      await controller.start();
    }
    const { results } = await this.first.ask('GET', 'job_templates/');
    this.#template = results[0].id;
    await this.first.ask('PATCH', `job_templates/${this.#template}/`, { allow_simultaneous: true });
    await until('capacity', () => this.#hasCapacity(nodes + controllers), READY_MS, 200);
  }

  #start(/** @type {Daemon} */ daemon) {
    daemon.start();
    this.daemons.push(daemon);
    return daemon;
  }

  /** @returns {Promise<string>} its URL */
  async #database() {
    const settings = { max_connections: '100' };
    const server = (this.#server = await startPostgres({ durable: true, settings }));
    const storage = await openStorage({ kind: 'postgres', url: server.url() });
    await sql`create database controller`.execute(storage.database);
    await storage.close();
    return server.url('controller');
  }

  async #hasCapacity(/** @type {number} */ count) {
    const { results } = await this.first.ask('GET', 'instances/');
    const ready = results.filter(
      (/** @type {{ capacity: number }} */ { capacity }) => capacity > 0,
    );
    return ready.length === count ? true : undefined;
  }

  get first() {
    const [controller] = this.controllers;
    if (controller === undefined) throw new Error('there is no controller');
    return controller;
  }

  /** @param {number} count @returns {Promise<number[]>} ids */
  async launch(count) {
    const ids = [];
    for (let at = 0; at < count; at += 1) {
      const { job } = await this.first.ask('POST', `job_templates/${this.#template}/launch/`, {});
      ids.push(job);
    }
    return ids;
  }

  /** How many jobs are in a state. @param {string} states with commas between them */
  async count(states, controller = this.first) {
    const { count } = await controller.ask('GET', `jobs/?status__in=${states}&page_size=1`);
    return Number(count);
  }

  /** Waits until so many are. @param {string} states @param {number} count @param {number} timeoutMs */
  async reach(states, count, timeoutMs, controller = this.first) {
    const isReached = async () => (await this.count(states, controller)) === count || undefined;
    await until(`${count} jobs that are ${states}`, isReached, timeoutMs, 250);
  }

  /** Milliseconds since 1970 at which the last event of a job was stored, and its counter. @param {number} id */
  async lastEvent(id, controller = this.first) {
    const page = 'job_events/?page_size=1&order_by=-counter';
    const [last] = (await controller.ask('GET', `jobs/${id}/${page}`)).results;
    return { at: Date.parse(last?.modified), counter: Number(last?.counter ?? 0) };
  }

  /** The same of the first event. @param {number} id */
  async firstEvent(id) {
    const page = 'job_events/?page_size=1&order_by=counter';
    const [first] = (await this.first.ask('GET', `jobs/${id}/${page}`)).results;
    return Date.parse(first?.modified);
  }

  async end() {
    await Promise.all(
      this.controllers.map((controller) => controller.stop().catch(() => undefined)),
    );
    await Promise.all(this.daemons.map((daemon) => daemon.stop()));
    await this.#server?.stop();
    // folders are removed behind this
    await setTimeout(100);
  }
}

/** Seconds of CPU that a process has used. @param {number} pid */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Memory of a process that is resident, in MB. @param {number} pid */
export function memoryMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
