import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeArchive } from './images.mjs';
import { kubeconfig } from './kubeconfig.mjs';
import { cleanUp } from './clean-up.mjs';

/** Files beside a container's current log, which is `0.log` until it is restarted. */
const ROTATED = /\/\d+\.log\./;

/** @implements {ClusterMembers} @typedef {import('./index.d.mts').Cluster} ClusterMembers */
export class Cluster {
  #needs;
  /** Numbers what it makes, so that names differ. */
  #made = 0;
  #isStopped = false;

  /**
   * @param {object} needs
   * @param {import('./components.mjs').Place} needs.place
   * @param {string} needs.ca
   * @param {import('./control-plane.mjs').Components} needs.components
   * @param {import('./isolation.mjs').Isolation} needs.isolation
   * @param {import('./index.d.mts').Cluster['kubeconfigs']} needs.kubeconfigs
   * @param {() => void} needs.unlock
   */
  constructor(needs) {
    this.#needs = needs;
  }

  get kubeconfig() {
    return this.kubeconfigs.admin;
  }

  get kubeconfigs() {
    return this.#needs.kubeconfigs;
  }

  get server() {
    return this.#needs.place.server;
  }

  get ca() {
    return this.#needs.ca;
  }

  get folder() {
    return this.#needs.place.folder;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {string} [type]
   */
  request(method, path, body, type) {
    return this.#needs.components.api.request(method, path, body, type);
  }

  async namespace(prefix = 'test') {
    const name = this.#name(prefix);
    await this.request('POST', '/api/v1/namespaces', { metadata: { name } });
    await this.#needs.components.serviceAccountReady(name);
    return name;
  }

  /** @param {import('./index.d.mts').ServiceAccountOptions} options */
  async serviceAccount({ namespace, rules, expirationSeconds = 3600 }) {
    const name = this.#name('account');
    const core = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const metadata = { name };
    await this.request('POST', core, { metadata });
    await this.request('POST', `${rbac}/namespaces/${namespace}/roles`, { metadata, rules });
    await this.request('POST', `${rbac}/namespaces/${namespace}/rolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    const { status } = await this.request('POST', `${core}/${name}/token`, {
      spec: { expirationSeconds },
    });
    const path = join(this.folder, 'config', `${namespace}-${name}.kubeconfig`);
    const text = kubeconfig(this.server, this.ca, { token: status.token }, namespace);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** @param {import('./index.d.mts').HowEnded} [how] */
  restartApiServer({ signal = 'SIGTERM' } = {}) {
    return this.#needs.components.restartApiServer(signal);
  }

  /** @param {import('./index.d.mts').HowEnded} [how] */
  stopApiServer({ signal = 'SIGTERM' } = {}) {
    return this.#needs.components.end('kube-apiserver', signal);
  }

  startApiServer() {
    return this.#needs.components.startApiServer();
  }

  /** @param {import('./index.d.mts').HowEnded} [how] */
  stopKubelet({ signal = 'SIGTERM' } = {}) {
    return this.#needs.components.end('kubelet', signal);
  }

  startKubelet() {
    return this.#needs.components.startKubelet();
  }

  async restartContainerd() {
    await this.#needs.components.end('containerd', 'SIGTERM');
    await this.#needs.components.startContainerd();
  }

  async loseNode() {
    await this.stopKubelet({ signal: 'SIGKILL' });
    await this.#needs.components.nodeLost();
  }

  /**
   * @param {string} rootfs
   * @param {import('./index.d.mts').ImageOptions} image
   */
  async importImage(rootfs, image) {
    const archive = join(this.folder, 'images', `${this.#name('image')}.tar`);
    await makeArchive(rootfs, archive, [image]);
    await this.#needs.components.ctr(['images', 'import', archive]);
    rmSync(archive);
  }

  /** @param {string} namespace @param {string} pod */
  rotatedLogs(namespace, pod) {
    const pods = join(this.folder, 'pods');
    const found = readdirSync(pods).find((name) => name.startsWith(`${namespace}_${pod}_`));
    if (found === undefined) return 0;
    const files = readdirSync(join(pods, found), { recursive: true });
    return files.filter((name) => ROTATED.test(String(name))).length;
  }

  log(/** @type {string} */ component) {
    return this.#needs.isolation.log(component);
  }

  async stop() {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const { isolation, unlock } = this.#needs;
    try {
      await isolation.finish();
      // its supervisor did so, unless it was killed
      await cleanUp();
    } finally {
      unlock();
    }
  }

  #name(/** @type {string} */ prefix) {
    this.#made += 1;
    return `${prefix}-${this.#made}`;
  }
}
