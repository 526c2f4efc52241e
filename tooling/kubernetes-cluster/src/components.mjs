import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pauseImage } from './images.mjs';
import { kubeconfig } from './kubeconfig.mjs';
import { tokenOf } from './pki.mjs';

/** Of the pods; the bridge has its first address, which is the node's too. */
const podNetwork = '10.251.0.0/24';
const OVERLAYFS = 0x794c7630;

export const bridgeName = 'receptorjs-k0';
export const bridgeAddress = '10.251.0.1/24';

/**
 * Where a cluster has its files and listens.
 *
 * @typedef {object} Place
 * @property {string} folder
 * @property {string} server URL of the API server
 * @property {{ apiServer: number, etcd: number, etcdPeer: number, kubelet: number }} ports
 */

/** Folders of the system that the programs use whatever they are told. */
export const ownFolders = [
  '/var/lib/kubelet',
  '/var/lib/cni',
  '/var/log/containers',
  '/run/containerd',
  '/run/netns',
];

/** What kubelet and the CNI plugin demand of the kernel or would set. */
export const sysctls = {
  'vm.overcommit_memory': '1',
  'vm.panic_on_oom': '0',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
  'kernel.keys.root_maxkeys': '1000000',
  'kernel.keys.root_maxbytes': '25000000',
  'net.ipv4.ip_forward': '1',
};

export const containerdSocket = (/** @type {string} */ folder) =>
  join(folder, 'containerd', 'containerd.sock');

/**
 * Writes what the programs read, but for certificates and tokens.
 *
 * @param {Place} place
 * @param {{ plugins: string, ca: string, options: import('./index.d.mts').ClusterOptions }} needs
 */
export function writeConfiguration({ folder, server, ports }, { plugins, ca, options }) {
  const at = (/** @type {string} */ name) => join(folder, 'config', name);
  const json = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    writeFileSync(at(name), `${JSON.stringify(value, undefined, 2)}\n`);
  for (const user of /** @type {const} */ (['controllerManager', 'scheduler', 'node']))
    writeFileSync(at(`${user}.kubeconfig`), kubeconfig(server, ca, { token: tokenOf(user) }), {
      mode: 0o600,
    });
  mkdirSync(at('cni'));
  const ipam = { type: 'host-local', subnet: podNetwork };
  const bridge = { type: 'bridge', bridge: bridgeName, isGateway: true, ipMasq: false, ipam };
  json('cni/10-bridge.conflist', { cniVersion: '0.4.0', name: 'pods', plugins: [bridge] });
  writeFileSync(at('containerd.toml'), containerdToml(folder, plugins));
  json('kubelet.yaml', {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '127.0.0.1',
    port: ports.kubelet,
    healthzPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    oomScoreAdj: 0,
    containerRuntimeEndpoint: `unix://${containerdSocket(folder)}`,
    containerLogMaxSize: options.logMaxSize ?? '10Mi',
    containerLogMaxFiles: options.logMaxFiles ?? 5,
    containerLogMonitorInterval: options.logMonitorInterval ?? '10s',
    podLogsDir: join(folder, 'pods'),
    resolvConf: '',
    streamingConnectionIdleTimeout: options.streamIdleTimeout ?? '4h',
    enforceNodeAllocatable: [],
    evictionHard: {
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'memory.available': '100Mi',
    },
    nodeStatusUpdateFrequency: '2s',
    // renewed each quarter of it
    nodeLeaseDurationSeconds: 4,
    serializeImagePulls: false,
    maxPods: options.maxPods ?? 110,
  });
}

function containerdToml(/** @type {string} */ folder, /** @type {string} */ plugins) {
  const text = JSON.stringify;
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  // an overlay can't be laid over another, as the root of a container is
  const snapshotter = statfsSync(folder).type === OVERLAYFS ? 'native' : 'overlayfs';
  return `version = 2
root = ${text(join(folder, 'containerd', 'root'))}
state = ${text(join(folder, 'containerd', 'state'))}
oom_score = 0

[grpc]
address = ${text(containerdSocket(folder))}

[${cri}]
sandbox_image = ${text(pauseImage)}
restrict_oom_score_adj = true
disable_apparmor = true

[${cri}.containerd]
snapshotter = ${text(snapshotter)}
default_runtime_name = "runc"

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false

[${cri}.cni]
bin_dir = ${text(plugins)}
conf_dir = ${text(join(folder, 'config', 'cni'))}
`;
}

/** @typedef {'containerd' | 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet'} Component */

/**
 * The arguments of each program.
 *
 * @param {Place} place
 * @param {import('./index.d.mts').ClusterOptions} options
 * @returns {Record<Component, string[]>}
 */
export function componentArguments({ folder, ports }, options) {
  const pki = (/** @type {string} */ name) => join(folder, 'pki', name);
  const config = (/** @type {string} */ name) => join(folder, 'config', name);
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const etcdPeer = `http://127.0.0.1:${ports.etcdPeer}`;
  const login = (/** @type {string} */ user) => {
    const path = config(`${user}.kubeconfig`);
    const names = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'];
    return names.map((name) => `--${name}=${path}`);
  };
  return {
    containerd: ['--config', config('containerd.toml')],
    etcd: [
      `--data-dir=${join(folder, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=default=${etcdPeer}`,
    ],
    'kube-apiserver': [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--client-ca-file=${pki('ca.crt')}`,
      `--token-auth-file=${pki('tokens.csv')}`,
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/24',
      '--authorization-mode=Node,RBAC',
      '--endpoint-reconciler-type=none',
      '--advertise-address=127.0.0.1',
      '--kubelet-preferred-address-types=Hostname',
      '--allow-privileged=true',
      ...(options.apiServerArguments ?? []),
    ],
    'kube-controller-manager': [
      ...login('controllerManager'),
      '--secure-port=0',
      `--service-account-private-key-file=${pki('sa.key')}`,
      `--root-ca-file=${pki('ca.crt')}`,
      '--use-service-account-credentials=true',
      '--leader-elect=false',
      '--node-monitor-period=1s',
      `--node-monitor-grace-period=${options.nodeMonitorGracePeriod ?? '8s'}`,
    ],
    'kube-scheduler': [...login('scheduler'), '--secure-port=0', '--leader-elect=false'],
    kubelet: [
      `--kubeconfig=${config('node.kubeconfig')}`,
      `--config=${config('kubelet.yaml')}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--cert-dir=${join(folder, 'pki', 'kubelet')}`,
      // by another name the API server would not find it
      '--hostname-override=localhost',
      `--node-ip=${bridgeAddress.split('/')[0]}`,
    ],
  };
}
