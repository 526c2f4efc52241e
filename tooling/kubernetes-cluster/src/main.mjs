// `npm run cluster`: see `usage`.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildHyperkube, goPath } from './build-hyperkube.mjs';
import { cleanUp } from './clean-up.mjs';
import { hyperkubePath } from './hyperkube.mjs';
import { lockCluster, startCluster } from './start-cluster.mjs';
import { findPrograms } from './programs.mjs';

const usage = `npm run cluster [-- OPTION...]: a Kubernetes of one node on this machine, until Ctrl-C

  --log-max-size 10Mi   size at which the log of a container is rotated
  --log-max-files 5     how many of its files are kept
  --build               build its programs, once
  --clean-up            remove what one left that did not end in order
  --prepare             what is needed for tests, where it can be had; never fails
  --help                this text`;

const { values } = parsed();

function parsed() {
  try {
    return parseArgs({
      options: {
        'log-max-size': { type: 'string', default: '10Mi' },
        'log-max-files': { type: 'string', default: '5' },
        build: { type: 'boolean', default: false },
        'clean-up': { type: 'boolean', default: false },
        prepare: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const say = (/** @type {string} */ line) => console.log(`  ${line}`);
const seconds = (/** @type {number} */ started) =>
  `${((performance.now() - started) / 1000).toFixed(1)} s`;

async function show() {
  const started = performance.now();
  const cluster = await startCluster({
    logMaxSize: values['log-max-size'],
    logMaxFiles: Number(values['log-max-files']),
  });
  console.log(`Kubernetes is ready after ${seconds(started)}. In another shell:

  export KUBECONFIG=${cluster.kubeconfig}
  kubectl run hello --image=localhost/busybox:1 --restart=Never -- echo hello
  kubectl logs hello

Its logs are in ${cluster.folder}/logs. Ctrl-C ends it and removes everything.`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);
  await cluster.stop();
  console.log('\nEnded; nothing is left.');
}

async function removeLeftovers() {
  const unlock = await lockCluster(0);
  try {
    console.log((await cleanUp()) ? 'Removed.' : 'There is nothing to remove.');
  } finally {
    unlock();
  }
}

/** Only where machines are there for tests alone is so much built without being asked for. */
async function prepare() {
  const isCi = process.env.CI === 'true';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return;
  if (!existsSync(hyperkubePath())) {
    if (!isCi || goPath() === undefined) return;
    await buildHyperkube(say);
  }
  try {
    findPrograms();
  } catch (error) {
    if (!isCi) throw error;
    execFileSync('apt-get', ['update'], { stdio: 'pipe' });
    findPrograms();
  }
}

try {
  if (values.help) console.log(usage);
  else if (values.prepare) await prepare();
  else if (values['clean-up']) await removeLeftovers();
  else if (values.build) console.log(await buildHyperkube(say));
  else await show();
} catch (error) {
  console.error(values.prepare ? `  no Kubernetes for tests: ${String(error)}` : String(error));
  process.exitCode = values.prepare ? 0 : 1;
}
