// Started by isolation.mjs inside of the namespaces of a cluster: starts its programs, and when it is told to or the
// process it was started by is gone, ends all of them and removes what they leave.
//   supervisor.mjs PLAN (JSON, see isolation.mjs)
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTraces } from './traces.mjs';
import { until } from './until.mjs';

const ENDING_MS = 15_000;

/** @type {import('./isolation.mjs').Plan} */
const plan = JSON.parse(process.argv[2] ?? '');
/** @type {Map<string, import('node:child_process').ChildProcess>} */
const programs = new Map();
let finishing = false;

const tell = (/** @type {object} */ message) => {
  if (process.connected) process.send?.(message);
};

/** What the programs would change for the whole machine, they find as they want it, or their own. */
function mountOver() {
  const over = (/** @type {string} */ source, /** @type {string} */ target) =>
    execFileSync('mount', ['--bind', source, target]);
  plan.ownFolders.forEach((target, index) => {
    const source = join(plan.traces.folder, 'own', String(index));
    mkdirSync(source, { recursive: true });
    over(source, target);
  });
  const settings = join(plan.traces.folder, 'sysctl');
  mkdirSync(settings, { recursive: true });
  for (const [name, value] of Object.entries(plan.sysctls)) {
    const source = join(settings, name);
    writeFileSync(source, `${value}\n`);
    over(source, join('/proc/sys', name.replaceAll('.', '/')));
  }
}

function start(/** @type {import('./isolation.mjs').Start} */ { name, command, args, env, log }) {
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    cwd: plan.traces.folder,
    env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  programs.set(name, child);
  const ended = (/** @type {string} */ how) => {
    if (programs.get(name) === child) programs.delete(name);
    tell({ ended: name, how });
  };
  child.on('error', (error) => ended(error.message));
  child.on('exit', (code, signal) => ended(String(signal ?? code)));
}

const others = () =>
  readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== '1' && name !== String(process.pid),
  );

async function finish() {
  if (finishing) return;
  finishing = true;
  // every process of the namespace but the first and this one
  if (others().length > 0) process.kill(-1, 'SIGKILL');
  await until('the end of all programs', () => others().length === 0 || undefined, ENDING_MS);
  await removeTraces(plan.traces);
  process.exit(0);
}

process.on('disconnect', () => void finish());
process.on('message', (/** @type {import('./isolation.mjs').Order} */ order) => {
  if (finishing) return;
  if ('start' in order) start(order.start);
  else if ('signal' in order) programs.get(order.signal.name)?.kill(order.signal.signal);
  else void finish();
});

mountOver();
tell({ ready: true });
