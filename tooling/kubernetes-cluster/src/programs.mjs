import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { debianPrograms, onPath } from '@receptorjs/tooling-test-peers';

/** What a cluster needs besides Kubernetes itself, with the package of Debian that has it. */
const needed = {
  containerd: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  etcd: 'etcd-server',
  openssl: 'openssl',
  ip: 'iproute2',
};
const pluginFolder = 'usr/lib/cni';
/** One of those that are used; the others come with it. */
const plugin = 'bridge';

/**
 * @typedef {object} Programs
 * @property {(name: keyof typeof needed) => string} path
 * @property {string} busybox linked statically: it is copied into images
 * @property {string} plugins folder of the CNI plugins
 * @property {string} searchPath for `PATH`
 */

/**
 * Finds the programs: those that are installed, others unpacked from packages of Debian.
 *
 * @returns {Programs}
 * @throws Error where a package is needed and can't be had
 */
export function findPrograms() {
  const missing = new Set();
  /** @type {Record<string, string>} */
  const paths = {};
  for (const [name, debian] of Object.entries(needed)) {
    const path = onPath(name);
    if (path === undefined) missing.add(debian);
    else paths[name] = path;
  }
  let plugins = join('/', pluginFolder);
  if (!existsSync(join(plugins, plugin))) missing.add('containernetworking-plugins');
  let busybox = onPath('busybox') ?? '';
  if (busybox === '' || !isStatic(busybox)) missing.add('busybox-static');
  const folder = missing.size === 0 ? '' : debianPrograms('kubernetes', [...missing].sort());
  for (const name of Object.keys(needed)) paths[name] ??= join(folder, 'run', name);
  if (missing.has('containernetworking-plugins')) plugins = join(folder, pluginFolder);
  if (missing.has('busybox-static')) busybox = join(folder, 'bin', 'busybox');
  const folders = new Set(Object.values(paths).map((path) => dirname(path)));
  return {
    path: (name) => /** @type {string} */ (paths[name]),
    busybox,
    plugins,
    searchPath: [...folders, process.env.PATH, '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(
      delimiter,
    ),
  };
}

const ELF_PROGRAM_HEADERS = { at: 32, size: 54, count: 56 };
const PT_INTERP = 3;

/** Whether a program of 64 bits names no dynamic linker. */
export function isStatic(/** @type {string} */ path) {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    readSync(file, head, 0, head.length, 0);
    const first = Number(head.readBigUInt64LE(ELF_PROGRAM_HEADERS.at));
    const size = head.readUInt16LE(ELF_PROGRAM_HEADERS.size);
    const count = head.readUInt16LE(ELF_PROGRAM_HEADERS.count);
    const types = Array.from({ length: count }, (_, index) =>
      head.readUInt32LE(first + index * size),
    );
    return !types.includes(PT_INTERP);
  } finally {
    closeSync(file);
  }
}
