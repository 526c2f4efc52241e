import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kubernetes } from './availability.mjs';
import { busyboxImage } from './images.mjs';
import { startCluster } from './start-cluster.mjs';
import { until } from './until.mjs';

const run = promisify(execFile);
const READY_MS = 60_000;
const testImage = process.env.KUBECONFIG_E2E_IMAGE || busyboxImage;

/** @type {typeof import('./index.d.mts').startKubernetes} */
export async function startKubernetes(options) {
  if (kubernetes.kubeconfig !== '') return new NamedKubernetes(kubernetes.kubeconfig);
  const cluster = await startCluster(options);
  return {
    kubeconfig: cluster.kubeconfig,
    image: testImage,
    cluster,
    namespace: (prefix) => cluster.namespace(prefix),
    async pods(namespace) {
      const { items } = await cluster.request('GET', `/api/v1/namespaces/${namespace}/pods`);
      return items.map((/** @type {{ metadata: { name: string } }} */ pod) => pod.metadata.name);
    },
    stop: () => cluster.stop(),
  };
}

/** A cluster of somebody else; the namespaces that were made in it are its own. */
class NamedKubernetes {
  /** @type {string[]} */
  #namespaces = [];
  image = testImage;
  cluster = undefined;

  constructor(/** @type {string} */ kubeconfig) {
    this.kubeconfig = kubeconfig;
  }

  async namespace(prefix = 'test') {
    const name = `${prefix}-${process.pid}-${this.#namespaces.length + 1}`;
    await this.#kubectl('create', 'namespace', name);
    this.#namespaces.push(name);
    // old versions of kubectl can't wait for it
    await until(
      `the service account of ${name}`,
      () => this.#kubectl('get', 'serviceaccount', 'default', '--namespace', name),
      READY_MS,
    );
    return name;
  }

  async pods(/** @type {string} */ namespace) {
    const words = ['get', 'pods', '--namespace', namespace, '--output', 'name'];
    const { stdout } = await this.#kubectl(...words);
    return stdout.split('\n').filter((line) => line !== '');
  }

  async stop() {
    const names = this.#namespaces.splice(0);
    if (names.length > 0) await this.#kubectl('delete', 'namespace', '--wait=false', ...names);
  }

  #kubectl(/** @type {string[]} */ ...args) {
    return run('kubectl', ['--kubeconfig', this.kubeconfig, ...args]);
  }
}
