import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from '@receptorjs/tooling-test-peers';
import { ownFolders, sysctls } from './components.mjs';
import { folderPrefix, podCgroups, readTraces } from './traces.mjs';

/**
 * All of a machine that a cluster could change, as lines: settings of the kernel, interfaces, routes, rules of
 * iptables, mounts, cgroups, folders and programs.
 */
export function machineState() {
  const output = (/** @type {string} */ name, /** @type {string[]} */ ...args) => {
    const path = onPath(name);
    if (path === undefined) return [];
    const text = execFileSync(path, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.split('\n').filter((line) => !line.startsWith('#'));
  };
  const setting = (/** @type {string} */ name) => {
    const path = join('/proc/sys', name.replaceAll('.', '/'));
    return `${name} ${existsSync(path) ? readFileSync(path, 'utf8').trim() : ''}`;
  };
  return [
    ...Object.keys(sysctls).map(setting),
    ...readdirSync('/sys/class/net'),
    ...readFileSync('/proc/net/route', 'utf8').split('\n'),
    ...output('iptables-save'),
    ...readFileSync('/proc/mounts', 'utf8').split('\n').filter(notOfOthers),
    ...podCgroups(),
    ...ownFolders.filter((path) => existsSync(path) && notOfOthers(path)),
    ...readdirSync(tmpdir()).filter((name) => name.startsWith(folderPrefix)),
    ...programs(),
    JSON.stringify(readTraces() ?? 'no traces'),
  ];
}

/** Other tests make network namespaces at the same time. */
const notOfOthers = (/** @type {string} */ line) => !line.includes('/netns');

/** Names of the programs of a cluster and its pods that run. */
function programs() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'comm'), 'utf8').trim();
      } catch {
        return '';
      }
    })
    .filter((name) => /^(hyperkube|containerd|etcd|runc)/.test(name));
}
