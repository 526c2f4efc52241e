import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from '../test-peers/src/free-port.mjs';
import { root, venv } from './setup.mjs';
import { run, SetupError } from './steps.mjs';

/** A command of this clone. */
export const bin = (/** @type {string} */ name) => join(root, 'bin', name);

/** Environment of the commands and daemons: Ansible's virtual environment first on PATH. */
export const meshEnv = {
  ...process.env,
  PATH: [join(venv, 'bin'), process.env.PATH].join(delimiter),
};

/**
 * @typedef {object} Daemon
 * @property {string} name
 * @property {string} socket its control socket
 * @property {string} log
 * @property {import('node:child_process').ChildProcess} child
 */

/**
 * Starts near, hop and far: near and far link to hop, far offers the work type `ansible-runner`.
 *
 * @param {string} folder where configurations, sockets, logs and data go
 * @returns {Promise<Daemon[]>} once they are started; see {@link routeTo}
 */
export async function startMesh(folder) {
  const port = await freePort();
  const peer = { 'tcp-peer': { address: `127.0.0.1:${port}` } };
  return [
    startDaemon(folder, 'hop', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }]),
    startDaemon(folder, 'far', [
      peer,
      {
        'work-command': {
          worktype: 'ansible-runner',
          command: bin('ansible-runner'),
          params: 'worker',
        },
      },
    ]),
    startDaemon(folder, 'near', [peer]),
  ];
}

/** JSON is YAML, so the configuration needs no YAML writer. */
function startDaemon(
  /** @type {string} */ folder,
  /** @type {string} */ name,
  /** @type {object[]} */ actions,
) {
  const socket = join(folder, `${name}.sock`);
  const log = join(folder, `${name}.log`);
  const config = join(folder, `${name}.yml`);
  const items = [
    { node: { id: name, datadir: join(folder, 'data') } },
    { 'log-level': { level: 'info' } },
    { 'control-service': { filename: socket } },
    ...actions,
  ];
  writeFileSync(config, `${items.map((item) => `- ${JSON.stringify(item)}`).join('\n')}\n`);
  const out = openSync(log, 'a');
  const child = spawn(bin('receptor'), ['--config', config], {
    cwd: folder,
    env: meshEnv,
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  return { name, socket, log, child };
}

/**
 * Waits until near has a route to a node.
 *
 * @param {string} node
 * @param {Daemon[]} daemons
 * @throws SetupError when a daemon ends, or after 30 s
 */
export async function routeTo(node, daemons) {
  const near = /** @type {Daemon} */ (daemons.find(({ name }) => name === 'near'));
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const dead = daemons.find(({ child }) => child.exitCode !== null);
    if (dead) {
      throw new SetupError(
        `The daemon ${dead.name} ended: ${readFileSync(dead.log, 'utf8').trim().split('\n').at(-1)}`,
      );
    }
    const { code, output } = await run(
      bin('receptorctl'),
      ['--socket', near.socket, 'status', '--json'],
      { env: meshEnv },
    );
    if (code === 0 && JSON.parse(output).RoutingTable?.[node]) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new SetupError(
    `near found no route to ${node} within 30 s: see the logs ${daemons.map(({ log }) => log).join(', ')}`,
  );
}

/** How long a daemon may take to close what it has open. */
const STOP_MS = 10_000;

/** Ends the daemons and waits for them. */
export async function stopMesh(/** @type {Daemon[]} */ daemons) {
  await Promise.all(
    daemons.map(({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      return ended.finally(() => clearTimeout(kill));
    }),
  );
}
