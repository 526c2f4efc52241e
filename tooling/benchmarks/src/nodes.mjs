import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { openControl } from './control.mjs';
import { cpuSeconds, processTree, proportionalKilobytes } from './process-figures.mjs';

/** One daemon under measurement. */
class BenchNode {
  /**
   * @param {string} command the receptor to run
   * @param {string} name
   * @param {string} folder
   * @param {object[]} actions
   */
  constructor(command, name, folder, actions) {
    this.name = name;
    this.folder = folder;
    this.socket = join(folder, `${name}.sock`);
    this.log = join(folder, `${name}.log`);
    const config = join(folder, `${name}.yml`);
    const items = [
      { node: { id: name, datadir: join(folder, 'data') } },
      { 'log-level': { level: 'error' } },
      { 'control-service': { service: 'control', filename: this.socket } },
      ...actions,
    ];
    writeFileSync(config, items.map((item) => `- ${JSON.stringify(item)}\n`).join(''));
    const out = openSync(this.log, 'w');
    this.child = spawn(command, ['--config', config], { stdio: ['ignore', out, out] });
    closeSync(out);
  }

  control() {
    return openControl(this.socket, () => {
      if (this.child.exitCode !== null)
        throw new Error(`${this.name} ended: ${readFileSync(this.log, 'utf8')}`);
    });
  }

  async routeTo(/** @type {string} */ node, patienceMs = 60_000) {
    const deadline = performance.now() + patienceMs;
    const control = await this.control();
    for (;;) {
      const { RoutingTable } = JSON.parse(
        await control.ask('{"command":"status","requested_fields":["RoutingTable"]}'),
      );
      if (RoutingTable?.[node]) break;
      if (performance.now() > deadline)
        throw new Error(`${this.name} has no route to ${node}: ${readFileSync(this.log, 'utf8')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    control.close();
  }

  cpu() {
    return cpuSeconds(/** @type {number} */ (this.child.pid));
  }

  /** Resident memory in MB. */
  memory() {
    const match = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'));
    return Math.round(Number(match?.[1]) / 1024);
  }

  /** Proportional memory in MB of the daemon and of all that it has started, without the commands themselves. */
  treeMemory(/** @type {string} */ command) {
    let kilobytes = 0;
    for (const { pid, name } of processTree(/** @type {number} */ (this.child.pid), this.folder)) {
      if (name !== command) kilobytes += proportionalKilobytes(pid);
    }
    return Math.round(kilobytes / 1024);
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(patience);
  }
}

/**
 * @typedef {object} Chain
 * @property {BenchNode} na where the work is asked for
 * @property {BenchNode | undefined} nh a hop, perhaps
 * @property {BenchNode} nb the node that answers
 * @property {number} entry TCP port at na that leads to the sink
 * @property {number} sink TCP port nb connects to
 */

/** @typedef {{ na: string, nh?: string, nb: string }} Commands the receptor to run at each node */

/** @typedef {'tcp' | 'udp' | 'ws'} Backend */

/** The two ends of a link between two nodes of this machine. @type {Record<Backend, (port: number) => [object, object]>} */
const links = {
  tcp: (port) => [
    { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    { 'tcp-peer': { address: `127.0.0.1:${port}` } },
  ],
  udp: (port) => [
    { 'udp-listener': { bindaddr: '127.0.0.1', port } },
    { 'udp-peer': { address: `127.0.0.1:${port}` } },
  ],
  ws: (port) => [
    { 'ws-listener': { bindaddr: '127.0.0.1', port } },
    { 'ws-peer': { address: `ws://127.0.0.1:${port}` } },
  ],
};

/**
 * Runs a measurement on a chain of nodes.
 *
 * @template T
 * @param {string | Commands} command the receptor to run at every node, or at each
 * @param {number} hops 0 or 1
 * @param {(chain: Chain) => Promise<T>} measure
 * @param {Backend} [backend] of the links
 * @returns {Promise<T>}
 */
export async function withChain(command, hops, measure, backend = 'tcp') {
  const commands =
    typeof command === 'string' ? { na: command, nh: command, nb: command } : command;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const [port, entry, sink] = await Promise.all([freePort(), freePort(), freePort()]);
  const [listener, peer] = links[backend](port);
  const out = [
    { 'tcp-client': { service: 'sink', address: `127.0.0.1:${sink}` } },
    { 'work-command': { worktype: 'cat', command: 'cat' } },
    { 'work-command': { worktype: 'bulk', command: 'head', allowruntimeparams: true } },
  ];
  const into = {
    'tcp-server': { bindaddr: '127.0.0.1', port: entry, remotenode: 'nb', remoteservice: 'sink' },
  };
  const nh =
    hops > 0 ? new BenchNode(commands.nh ?? commands.na, 'nh', folder, [listener]) : undefined;
  const nb = new BenchNode(commands.nb, 'nb', folder, [hops > 0 ? peer : listener, ...out]);
  const na = new BenchNode(commands.na, 'na', folder, [peer, into]);
  const nodes = [na, nh, nb].filter((node) => node !== undefined);
  try {
    await na.routeTo('nb');
    await nb.routeTo('na');
    return await measure({ na, nh, nb, entry, sink });
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a measurement on one node without links.
 *
 * @template T
 * @param {string} command
 * @param {(dataDir: string) => void} prepare the folder of its units, before it is started
 * @param {(started: { node: BenchNode, started: number }) => Promise<T>} measure
 * @returns {Promise<T>}
 */
export async function withNode(command, prepare, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const dataDir = join(folder, 'data', 'na');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  prepare(dataDir);
  const port = await freePort();
  const started = performance.now();
  const node = new BenchNode(command, 'na', folder, [
    // one without any link ends at once
    { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    { 'work-command': { worktype: 'cat', command: 'cat' } },
    { 'work-command': { worktype: 'wait', command: 'sleep', params: '1000' } },
  ]);
  try {
    return await measure({ node, started });
  } finally {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
