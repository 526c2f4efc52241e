import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPrograms, freePort, onPath } from '@receptorjs/tooling-test-peers';
import { transfer } from './mesh-cases.mjs';
import { cpuSeconds, processTree } from './process-figures.mjs';

/** Who runs both ends where this runs as root: sshd would then want an account of its own and a folder below /run. */
const NOBODY = 65_534;
const PATIENCE_MS = 10_000;

/** Programs of OpenSSH: those of this system, else those of Debian's packages. @returns {Record<'ssh' | 'sshd' | 'ssh-keygen', string>} */
function programs() {
  const found = (/** @type {string} */ name) => {
    const path = onPath(name);
    if (path !== undefined) return path;
    const server = name === 'sshd';
    const folder = debianPrograms('ssh', [server ? 'openssh-server' : 'openssh-client']);
    return join(folder, 'run', name);
  };
  return { ssh: found('ssh'), sshd: found('sshd'), 'ssh-keygen': found('ssh-keygen') };
}

/** Resolves when something listens on a port; rejects with the reason when the process ends before that. */
async function listening(
  /** @type {number} */ port,
  /** @type {import('node:child_process').ChildProcess} */ child,
  /** @type {() => string} */ reason,
) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      if (child.pid === undefined || child.exitCode !== null || performance.now() > deadline)
        throw new Error(reason());
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}

/**
 * The bytes of a stream case through `ssh -L`, to an sshd of its own on the loopback interface with keys of its own.
 *
 * @param {number} megabytes
 * @returns {Promise<import('./mesh-cases.mjs').Figures>}
 * @throws Error where OpenSSH can't be had or does not start, with the reason
 */
export async function sshForward(megabytes) {
  const { ssh, sshd, 'ssh-keygen': keygen } = programs();
  const folder = mkdtempSync(join(tmpdir(), 'bench-ssh-'));
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = [];
  /** Why they could not be started. @type {WeakMap<object, string>} */
  const failures = new WeakMap();
  /** Why one does not listen, if it does not. */
  const reason = (/** @type {object} */ child, /** @type {string} */ log) =>
    failures.get(child) ??
    (readFileSync(log, 'utf8').trim().split('\n').at(-1) || 'it does not listen');
  const start = (/** @type {string} */ program, /** @type {string[]} */ args) => {
    // what both write goes to -E
    const child = spawn(program, args, { stdio: 'ignore', cwd: folder, ...identity });
    child.on('error', (error) => failures.set(child, error.message));
    children.push(child);
    return child;
  };
  try {
    const [port, entry, sink] = await Promise.all([freePort(), freePort(), freePort()]);
    const own = (/** @type {string} */ name) => join(folder, name);
    execFileSync(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', own('key')]);
    copyFileSync(own('key'), own('host'));
    copyFileSync(own('key.pub'), own('keys'));
    const config = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${own('host')}`,
      `AuthorizedKeysFile ${own('keys')}`,
      'PidFile none',
      // for sshd, nobody's account is locked, unless PAM is asked
      `UsePAM ${identity.uid === undefined ? 'no' : 'yes'}`,
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'AllowTcpForwarding local',
    ];
    writeFileSync(own('sshd_config'), config.map((line) => `${line}\n`).join(''));
    for (const log of ['sshd.log', 'ssh.log']) writeFileSync(own(log), '');
    if (identity.uid !== undefined) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
    chmodSync(folder, 0o700);
    const server = start(sshd, ['-D', '-f', own('sshd_config'), '-E', own('sshd.log')]);
    await listening(port, server, () => `sshd: ${reason(server, own('sshd.log'))}`);
    const user = execFileSync('id', ['-un', ...(identity.uid === undefined ? [] : [`${NOBODY}`])], {
      encoding: 'utf8',
    }).trim();
    const client = start(ssh, [
      ...['-F', 'none', '-N', '-L', `127.0.0.1:${entry}:127.0.0.1:${sink}`, '-p', `${port}`],
      ...['-i', own('key'), '-E', own('ssh.log'), '-o', 'ExitOnForwardFailure=yes'],
      ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'IdentitiesOnly=yes'],
      ...['-o', `UserKnownHostsFile=${own('known')}`, `${user}@127.0.0.1`],
    ]);
    await listening(entry, client, () => `ssh: ${reason(client, own('ssh.log'))}`);
    const cpuOf = (/** @type {import('node:child_process').ChildProcess} */ child) =>
      processTree(/** @type {number} */ (child.pid)).reduce(
        (sum, { pid }) => sum + cpuSeconds(pid),
        0,
      );
    const { speed, cpu } = await transfer({ entry, sink }, megabytes, () => [
      cpuOf(client),
      cpuOf(server),
    ]);
    const [sending = 0, answering = 0] = cpu;
    return {
      'stream, 0 hops (MB/s)': speed,
      'sending node, CPU (s/GB)': sending,
      'answering node, CPU (s/GB)': answering,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
