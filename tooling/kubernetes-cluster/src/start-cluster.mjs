import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { ApiClient } from './api-client.mjs';
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

/** @type {typeof import('./index.d.mts').startCluster} */
export async function startCluster(options = {}) {
  if (process.getuid?.() !== 0) throw new Error('a Kubernetes cluster needs root');
  const binary = hyperkubePath();
  if (!existsSync(binary))
    throw new Error(`there is no ${binary}: \`npm run cluster -- --build\` builds it`);
  const programs = findPrograms();
  const unlock = await lockMachine(options.waitMs ?? 0);
  try {
    await cleanUp();
    return await start({ options, binary, programs, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * @param {object} needs
 * @param {import('./index.d.mts').ClusterOptions} needs.options
 * @param {string} needs.binary
 * @param {import('./programs.mjs').Programs} needs.programs
 * @param {() => void} needs.unlock
 */
async function start({ options, binary, programs, unlock }) {
  const [running] = podCgroups();
  if (running !== undefined)
    throw new Error(`another kubelet runs on this machine: there is ${running}`);
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  const traces = { folder, bridge: bridgeName, madeFolders: missingFolders(ownFolders) };
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
    addBridge(programs.path('ip'));
    isolation = await Isolation.start({ traces, ownFolders, sysctls });
    const components = new Components(isolation, {
      place,
      commands: componentArguments(place, options),
      programs,
      binary,
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
