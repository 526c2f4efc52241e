// `npm start`: from a bare clone to a playbook on the far node of a mesh of three.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { bin, meshEnv, routeTo, startMesh, stopMesh } from './mesh.mjs';
import { root, setUp } from './setup.mjs';
import { program, seconds, SetupError, step } from './steps.mjs';

const keep = process.argv.includes('--keep');
const project = join(root, 'examples', 'hello');

/**
 * Carries the sample project through transmit, the mesh and process, each a process of its own, joined by pipes.
 *
 * @param {string} socket near's control socket
 * @param {string} ident names the folder of the artifacts
 * @returns {Promise<Record<string, number>>} milliseconds from the start to the end of each stage
 */
async function runJob(socket, ident) {
  const started = performance.now();
  const options = { env: meshEnv, cwd: root };
  const transmit = spawn(
    bin('ansible-runner'),
    ['transmit', project, '-p', 'site.yml', '--ident', ident],
    {
      ...options,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const submit = spawn(
    bin('receptorctl'),
    [
      '--socket',
      socket,
      'work',
      'submit',
      'ansible-runner',
      '--node',
      'far',
      '--follow',
      '--rm',
      '--payload',
      '-',
    ],
    { ...options, stdio: [transmit.stdout, 'pipe', 'inherit'] },
  );
  const processing = spawn(bin('ansible-runner'), ['process', project, '--ident', ident], {
    ...options,
    stdio: [submit.stdout, 'pipe', 'inherit'],
  });
  // the pipes belong to the children now
  transmit.stdout.destroy();
  submit.stdout.destroy();
  /** @type {Record<string, number>} */
  const at = {};
  processing.stdout.once('data', () => (at['first output'] = performance.now() - started));
  processing.stdout.pipe(process.stdout, { end: false });
  const ends = Object.entries({ transmit, submit, process: processing }).map(
    ([name, child]) =>
      new Promise((resolve) =>
        child.once('close', (code) => {
          at[name] = performance.now() - started;
          resolve([name, code]);
        }),
      ),
  );
  const failed = (await Promise.all(ends)).filter(([, code]) => code !== 0);
  if (failed.length > 0) {
    throw new SetupError(
      `The job failed: ${failed.map(([name, code]) => `${name} ended with ${code}`).join(', ')}.`,
    );
  }
  return at;
}

await program(async () => {
  const started = performance.now();
  await setUp({ apps: ['receptor', 'receptorctl', 'ansible-runner'] });
  const ready = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'receptorjs-'));
  /** @type {import('./mesh.mjs').Daemon[]} */
  let daemons = [];
  const end = async () => {
    await stopMesh(daemons);
    rmSync(folder, { recursive: true, force: true });
  };
  /** @type {Promise<never> | undefined} */
  let interruption;
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])) {
    process.once(signal, () => {
      interruption ??= end().then(() => process.exit(code));
    });
  }
  let stop = !keep;
  try {
    await step('near, hop and far are up', async () => {
      daemons = await startMesh(folder);
      await routeTo('far', daemons);
    });
    const up = performance.now();
    const near = /** @type {string} */ (daemons.find(({ name }) => name === 'near')?.socket);
    const ident = `hello-${new Date().toISOString().replace(/[-:.]/g, '')}`;
    console.log('\nRunning examples/hello on far, through hop\n');
    const at = await runJob(near, ident);
    const artifacts = join(project, 'artifacts', ident);
    const events = readdirSync(join(artifacts, 'job_events')).length;
    console.log(`
Job        ${readFileSync(join(artifacts, 'status'), 'utf8')}
Artifacts  ${relative(root, artifacts)}
Events     ${events}
Times      set-up ${seconds(ready - started).trim()}, mesh up ${seconds(up - ready).trim()}, sent ${seconds(at.transmit ?? 0).trim()}, first output ${seconds(at['first output'] ?? 0).trim()}, job done ${seconds(at.process ?? 0).trim()}, all ${seconds(performance.now() - started).trim()}`);
    if (keep) {
      const short = 'bin/receptorctl --socket ' + near;
      console.log(`
The mesh stays up. Try:
  ${short} status
  ${short} ping far
  ${short} traceroute far
  bin/ansible-runner transmit examples/hello -p site.yml | \\
    ${short} work submit ansible-runner --node far -f --rm -p - | \\
    bin/ansible-runner process examples/hello --ident again
  ${short} work list
Logs and data are in ${folder}. Stop the mesh with:
  kill ${daemons.map(({ child }) => child.pid).join(' ')}`);
    }
  } catch (error) {
    // what fails because everything is being ended is not reported
    await interruption;
    stop = true;
    throw error;
  } finally {
    if (stop) await end();
    else for (const { child } of daemons) child.unref();
  }
});
