import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { ApiClient } from './api-client.mjs';
import { whyNoCluster } from './availability.mjs';
import { cleanUp } from './clean-up.mjs';
import { Cluster } from './cluster.mjs';
import {
  bridgeAddress,
  bridgeName,
  componentArguments,
  ownFolders,
  sysctls,
  writeConfiguration,
} from './components.mjs';
import { Components } from './control-plane.mjs';
import { hyperkubePath } from './hyperkube.mjs';
import { makeOwnImages } from './images.mjs';
import { Isolation } from './isolation.mjs';
import { kubeconfig } from './kubeconfig.mjs';
import { lockMachine } from './machine-lock.mjs';
import { makePki, tokenOf } from './pki.mjs';
import { findPrograms } from './programs.mjs';
import {
  folderPrefix,
  makeFolders,
  missingFolders,
  podCgroups,
  readTraces,
  removeTraces,
  writeTraces,
} from './traces.mjs';

/**
 * Takes the right to run a cluster on this machine.
 *
 * @param {number} waitMs so long another's end is waited for
 * @returns gives it back
 */
export const lockCluster = (waitMs) =>
  lockMachine('kubernetes', waitMs, 'runs a Kubernetes cluster, of which a machine can have one');

/** @type {typeof import('./index.d.mts').startCluster} */
export async function startCluster(options = {}) {
  const why = whyNoCluster();
  if (why !== undefined) throw new Error(why);
  const programs = findPrograms();
  const unlock = await lockCluster(options.waitMs ?? 0);
  try {
    await cleanUp();
    return await start({ options, programs, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * @param {object} needs
 * @param {import('./index.d.mts').ClusterOptions} needs.options
 * @param {import('./programs.mjs').Programs} needs.programs
 * @param {() => void} needs.unlock
 */
async function start({ options, programs, unlock }) {
  const [running] = podCgroups();
  if (running !== undefined)
    throw new Error(`another kubelet runs on this machine: there is ${running}`);
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  const traces = {
    folder,
    bridge: bridgeName,
    ip: programs.path('ip'),
    madeFolders: missingFolders(ownFolders),
  };
  writeTraces(traces);
  /** @type {Isolation | undefined} */
  let isolation;
  try {
    makeFolders(ownFolders);
    for (const name of ['config', 'containerd', 'images', 'kubelet', 'logs', 'pki', 'pods'])
      mkdirSync(join(folder, name));
    const ports = {
      apiServer: await freePort(),
      etcd: await freePort(),
      etcdPeer: await freePort(),
      kubelet: await freePort(),
    };
    const place = { folder, server: `https://127.0.0.1:${ports.apiServer}`, ports };
    const [archive] = await Promise.all([
      makeOwnImages(programs.busybox, join(folder, 'images')),
      makePki(programs.path('openssl'), join(folder, 'pki')),
    ]);
    const ca = readFileSync(join(folder, 'pki', 'ca.crt'), 'utf8');
    writeConfiguration(place, { plugins: programs.plugins, ca, options });
    addBridge(traces.ip);
    isolation = await Isolation.start({ traces, ownFolders, sysctls }, programs.searchPath);
    const components = new Components(isolation, {
      place,
      commands: componentArguments(place, options),
      programs,
      binary: hyperkubePath(),
      api: new ApiClient(place.server, ca, tokenOf('admin')),
    });
    await components.startAll(archive);
    return new Cluster({
      place,
      ca,
      components,
      isolation,
      kubeconfigs: logins(place, ca),
      unlock,
    });
  } catch (error) {
    await isolation?.finish();
    if (readTraces() !== undefined) await removeTraces(traces);
    throw error;
  }
}

function addBridge(/** @type {string} */ ip) {
  for (const args of [
    ['link', 'add', 'name', bridgeName, 'type', 'bridge'],
    ['address', 'add', bridgeAddress, 'dev', bridgeName],
    ['link', 'set', bridgeName, 'up'],
  ])
    execFileSync(ip, args);
}

/** Writes the kubeconfigs of people. */
function logins(/** @type {import('./components.mjs').Place} */ { folder, server }, ca = '') {
  const base64 = (/** @type {string} */ name) =>
    readFileSync(join(folder, 'pki', name)).toString('base64');
  const certificate = {
    'client-certificate-data': base64('admin.crt'),
    'client-key-data': base64('admin.key'),
  };
  const write = (
    /** @type {string} */ name,
    /** @type {Parameters<typeof kubeconfig>[2]} */ user,
  ) => {
    const path = join(folder, 'config', `${name}.kubeconfig`);
    writeFileSync(path, kubeconfig(server, ca, user), { mode: 0o600 });
    return path;
  };
  return {
    admin: write('admin', { token: tokenOf('admin') }),
    certificate: write('certificate', certificate),
    plain: write('plain', { token: tokenOf('plain') }),
  };
}
