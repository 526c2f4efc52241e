import { existsSync } from 'node:fs';
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
  mount: 'mount',
  unshare: 'util-linux',
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
  // what is called busybox may be linked dynamically: only the package tells
  missing.add('busybox-static');
  const folder = debianPrograms('kubernetes', [...missing].sort());
  for (const name of Object.keys(needed)) paths[name] ??= join(folder, 'run', name);
  if (missing.has('containernetworking-plugins')) plugins = join(folder, pluginFolder);
  const folders = new Set(Object.values(paths).map((path) => dirname(path)));
  return {
    path: (name) => /** @type {string} */ (paths[name]),
    busybox: join(folder, 'bin', 'busybox'),
    plugins,
    searchPath: [...folders, process.env.PATH].join(delimiter),
  };
}
