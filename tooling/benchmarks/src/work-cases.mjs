import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from './mesh-cases.mjs';
import { withChain, withNode } from './nodes.mjs';
import { machineSeconds } from './process-figures.mjs';

/** @typedef {import('./mesh-cases.mjs').Figures} Figures */

/**
 * One unit: submit, stdin, results to the end.
 *
 * @param {import('./nodes.mjs').Chain} chain
 * @param {string} worktype
 * @param {string} stdin
 * @param {object} [params]
 */
async function unit({ na }, worktype, stdin, params = {}) {
  const started = performance.now();
  const submit = await na.control();
  const answer = await submit.ask(
    JSON.stringify({ command: 'work', subcommand: 'submit', node: 'nb', worktype, ...params }),
  );
  const id = /with ID ([a-zA-Z0-9]+)\./.exec(answer)?.[1];
  if (id === undefined) throw new Error(`no unit ID in: ${answer}`);
  submit.stream.end(stdin);
  await submit.line();
  submit.close();
  const results = await na.control();
  await results.ask(`work results ${id}`);
  const bytes = await results.drain();
  results.close();
  return { id, bytes, ms: performance.now() - started };
}

/**
 * Units one after another; those of the first two thirds warm up.
 *
 * @param {string} command
 * @param {number} count units that are counted
 * @returns {Promise<Figures>}
 */
export function submitLatency(command, count) {
  return withChain(command, 1, async (chain) => {
    const times = [];
    for (let at = 0; at < 3 * count; at += 1) {
      const { id, bytes, ms } = await unit(chain, 'cat', 'hello\n');
      if (bytes !== 6) throw new Error(`${bytes} bytes of 6 came back`);
      times.push(ms);
      const control = await chain.na.control();
      await control.ask(`work release ${id}`);
      control.close();
    }
    return { 'submit to result over a hop, p50 (ms)': quantile(times.slice(-count), 0.5) };
  });
}

/** CPU seconds of all nodes and of the commands that have ended. @param {import('./nodes.mjs').Chain} chain */
const cpuOf = ({ na, nh, nb }) => na.cpu() + (nh?.cpu() ?? 0) + nb.cpu();

/**
 * Units from several clients at once, after as many again that are not counted: what is compiled as it runs is compiled by then.
 *
 * @param {string} command
 * @param {number} count units that are counted
 * @param {number} [clients]
 * @returns {Promise<Figures>}
 */
export function submitRate(command, count, clients = 16) {
  return withChain(command, 1, async (chain) => {
    let left = count;
    /** @type {number[]} */
    const times = [];
    const client = async () => {
      while (left-- > 0) {
        const { bytes, ms } = await unit(chain, 'cat', 'hello\n'.repeat(100));
        if (bytes !== 600) throw new Error(`${bytes} bytes of 600 came back`);
        times.push(ms);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    left = count;
    times.length = 0;
    // supervisors are no children of a daemon, so that theirs does not count as its
    const before = machineSeconds();
    const started = performance.now();
    await Promise.all(Array.from({ length: clients }, client));
    return {
      [`units per second, ${clients} clients`]: count / ((performance.now() - started) / 1000),
      [`CPU of the machine a unit, ${clients} clients (ms)`]:
        ((machineSeconds() - before) / count) * 1000,
      [`slowest of a hundred units, ${clients} clients (ms)`]: quantile(times, 0.99),
    };
  });
}

/** Output of a unit, after another one on the same nodes, which are warm then. @param {string} command @param {number} megabytes @returns {Promise<Figures>} */
export function remoteStdout(command, megabytes) {
  return withChain(command, 1, async (chain) => {
    const total = megabytes * 1_000_000;
    const output = async () => {
      const { bytes, ms } = await unit(chain, 'bulk', '', { params: `-c ${total} /dev/zero` });
      if (bytes !== total) throw new Error(`${bytes} bytes of ${total} came back`);
      return ms;
    };
    await output();
    const before = cpuOf(chain);
    const ms = await output();
    return {
      'remote stdout over a hop (MB/s)': megabytes / (ms / 1000),
      'all nodes, CPU of remote stdout (s/GB)': (cpuOf(chain) - before) / (total / 1e9),
    };
  });
}

/** Finished units as a daemon leaves them, in the form that both sides read. */
function storeUnits(/** @type {string} */ dataDir, /** @type {number} */ count) {
  for (let at = 0; at < count; at += 1) {
    const folder = join(dataDir, `unit${String(at).padStart(4, '0')}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const status = {
      State: 2,
      Detail: 'exit status 0',
      StdoutSize: 6,
      WorkType: 'cat',
      ExtraData: { Pid: 1, Params: '' },
    };
    const files = {
      status: JSON.stringify(status),
      'status.lock': '',
      stdin: 'hello\n',
      stdout: 'hello\n',
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    }
  }
}

/**
 * A node that finds stored units: how long from its start until all are listed, and how long the list of all takes.
 *
 * @param {string} command
 * @param {number} count
 * @returns {Promise<Figures>}
 */
export function storedUnits(command, count) {
  return withNode(
    command,
    (dataDir) => storeUnits(dataDir, count),
    async ({ node, started }) => {
      const control = await node.control();
      const listed = async () => Object.keys(JSON.parse(await control.ask('work list'))).length;
      while ((await listed()) < count) await new Promise((resolve) => setTimeout(resolve, 50));
      const ready = (performance.now() - started) / 1000;
      const times = [];
      for (let at = 0; at < 9; at += 1) {
        const asked = performance.now();
        const units = await listed();
        if (units !== count) throw new Error(`${units} units of ${count} are listed`);
        times.push((performance.now() - asked) / 1000);
      }
      control.close();
      return {
        [`ready with ${count} stored units (s)`]: ready,
        [`list of ${count} units, p50 (s)`]: quantile(times, 0.5),
        [`memory with ${count} units (MB)`]: node.memory(),
      };
    },
  );
}

/**
 * Units that run at once on one node: the memory of what watches them, which is the daemon, and with the original a process more for each.
 *
 * @param {string} command
 * @param {number} count
 * @returns {Promise<Figures>}
 */
export function runningUnits(command, count) {
  return withNode(
    command,
    () => undefined,
    async ({ node }) => {
      const ids = [];
      for (let at = 0; at < count; at += 1) {
        const submit = await node.control();
        const answer = await submit.ask('work submit na wait');
        ids.push(/with ID ([a-zA-Z0-9]+)\./.exec(answer)?.[1] ?? '');
        submit.stream.end();
        await submit.line();
        submit.close();
      }
      const control = await node.control();
      for (;;) {
        const units = Object.values(JSON.parse(await control.ask('work list')));
        if (units.filter(({ StateName }) => StateName === 'Running').length === count) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const figures = {
        [`memory of the daemon, ${count} units running (MB)`]: node.memory(),
        [`memory of daemon and supervisors, ${count} units running (MB)`]: node.treeMemory('sleep'),
      };
      for (const id of ids) await control.ask(`work release ${id}`);
      control.close();
      return figures;
    },
  );
}
