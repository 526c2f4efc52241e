import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '@receptorjs/tooling-bootstrap/setup.mjs';
import { SetupError } from '@receptorjs/tooling-bootstrap/steps.mjs';

const execute = promisify(execFile);
const cache = join(root, 'node_modules', '.cache', 'arm64');
const EMULATOR = 'qemu-aarch64-static';
/** What Node is linked with. */
const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];
/** For each command of apt's. */
const TIMEOUT_MS = 120_000;

/**
 * The beginning of a command that runs a program for linux-arm64 here: Debian's emulator, and Debian's libraries for it,
 * in a cache of the clone.
 *
 * @returns {Promise<string[]>}
 * @throws SetupError where that can't be had, with the reason
 */
export async function arm64Emulator() {
  if (process.platform !== 'linux') throw new SetupError(`no emulator for ${process.platform}`);
  if (process.arch === 'arm64') throw new SetupError('this is a linux-arm64 by itself');
  if (!existsSync(cache)) await fetchPackages();
  return [join(cache, 'usr', 'bin', EMULATOR), '-L', join(cache, 'libraries')];
}

/** Unpacks what is needed of Debian's packages, by lists of its own, which needs no rights and changes no system. */
async function fetchPackages() {
  const missing = ['apt-get', 'dpkg-deb', 'tar'].filter((name) => !onPath(name));
  if (missing.length > 0) throw new SetupError(`no ${missing.join(', ')} here to get QEMU by`);
  const folder = `${cache}.${process.pid}`;
  const apt = join(folder, 'apt');
  const options = {
    cwd: folder,
    timeout: TIMEOUT_MS,
    env: { ...process.env, APT_CONFIG: join(folder, 'apt.conf') },
  };
  try {
    await mkdir(join(apt, 'lists', 'partial'), { recursive: true });
    await mkdir(join(apt, 'cache', 'archives', 'partial'), { recursive: true });
    await writeFile(join(apt, 'status'), '');
    await writeFile(options.env.APT_CONFIG, settings(apt));
    await execute('apt-get', ['update', '--error-on=any'], options);
    const libraries = LIBRARIES.map((name) => `${name}:arm64`);
    await execute('apt-get', ['download', 'qemu-user-static', ...libraries], options);
    await execute(
      'sh',
      [
        '-ec',
        `mkdir libraries
        for library in *_arm64.deb; do dpkg-deb -x "$library" libraries; done
        dpkg-deb --fsys-tarfile qemu-user-static_*.deb | tar -x ./usr/bin/${EMULATOR}
        rm -r *.deb apt apt.conf`,
      ],
      options,
    );
    await rename(folder, cache);
  } catch (cause) {
    const { stderr, message } = /** @type {Error & { stderr?: string }} */ (cause);
    const [said] = (stderr || message).trim().split('\n');
    throw new SetupError(`QEMU could not be had of Debian: ${said}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The system's sources, for both processors, with everything else of apt's in a folder. */
function settings(/** @type {string} */ folder) {
  return `APT::Architectures:: "arm64";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "1";
Dir::State "${folder}";
Dir::State::lists "${folder}/lists";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
`;
}

function onPath(/** @type {string} */ name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
