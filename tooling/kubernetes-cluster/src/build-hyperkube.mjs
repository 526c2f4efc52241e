import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onPath } from '@receptorjs/tooling-test-peers';
import { hyperkubePath, kubernetesVersion, sourceFolder } from './hyperkube.mjs';
import { lockMachine } from './machine-lock.mjs';

const run = promisify(execFile);
/** Compiling takes twenty minutes on two busy cores; the other builds the same. */
const LONGEST_WAIT_MS = 60 * 60_000;
const PROGRESS_MS = 30_000;
const LOW_PRIORITY = 10;
/** How much of what the compiler says is in an error. */
const OUTPUT_LINES = 15;

/** Go, where it is; its installer puts it on nobody's PATH. */
export const goPath = () =>
  onPath('go') ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);

/**
 * Builds the programs of Kubernetes from the modules of the Go module proxy, unless that has been done.
 *
 * @param {(line: string) => void} say is told of the progress
 * @returns the path of the binary
 * @throws Error where there is no Go or it fails
 */
export async function buildHyperkube(say) {
  const path = hyperkubePath();
  if (existsSync(path)) return path;
  const go = goPath();
  if (go === undefined)
    throw new Error('Kubernetes is built by Go, which is not here: install Go 1.23 or newer');
  const lock = `build-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  const unlock = await lockMachine(lock, LONGEST_WAIT_MS, 'builds Kubernetes');
  const unfinished = `${path}.${process.pid}`;
  try {
    if (existsSync(path)) return path;
    mkdirSync(dirname(path), { recursive: true });
    await compile(go, unfinished, say);
    renameSync(unfinished, path);
    return path;
  } finally {
    rmSync(unfinished, { force: true });
    unlock();
  }
}

/**
 * @param {string} go
 * @param {string} output
 * @param {(line: string) => void} say
 */
async function compile(go, output, say) {
  const options = {
    cwd: sourceFolder,
    // what a person has set for other builds would change this one
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
  };
  say('Kubernetes: the modules of Go');
  await run(go, ['mod', 'download'], options);
  const { stdout } = await run(go, ['list', '-deps', '.'], { ...options, maxBuffer: 2 ** 26 });
  const all = stdout.trim().split('\n').length;
  const version = kubernetesVersion();
  const [major = '', minor = ''] = version.slice(1).split('.');
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: '' };
  const stamps = Object.entries(variables).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-v', '-o', output];
  const child = spawn(go, ['build', ...flags, '-ldflags', ['-s -w', ...stamps].join(' '), '.'], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
  /** @type {string[]} */
  const last = [];
  let compiled = 0;
  createInterface(child.stderr).on('line', (line) => {
    compiled += 1;
    last.push(line);
    if (last.length > OUTPUT_LINES) last.shift();
  });
  const timer = setInterval(
    () => say(`Kubernetes: ${compiled} of at most ${all} packages compiled`),
    PROGRESS_MS,
  );
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`go build ended with ${code}:\n${last.join('\n')}`);
  } finally {
    clearInterval(timer);
  }
}
