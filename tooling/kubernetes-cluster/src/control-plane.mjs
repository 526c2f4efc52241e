import { execFile } from 'node:child_process';
import { request } from 'node:https';
import { promisify } from 'node:util';
import { containerdSocket } from './components.mjs';
import { GivenUp, until } from './until.mjs';

const run = promisify(execFile);
/** For each program to be ready; a busy machine may need a multiple of what it takes alone. */
const READY_MS = 90_000;
const IMPORT_MS = 10 * 60_000;
const NODE = '/api/v1/nodes/localhost';
const PODS_OF_NODE = '/api/v1/pods?fieldSelector=spec.nodeName%3Dlocalhost,status.phase%3DRunning';
const STRATEGIC_MERGE = 'application/strategic-merge-patch+json';

/** @typedef {import('./components.mjs').Component} Component */

/** The programs of a cluster: starts them in their order, and each alone. What runs is known by the isolation. */
export class Components {
  #isolation;
  #needs;

  /**
   * @param {import('./isolation.mjs').Isolation} isolation
   * @param {object} needs
   * @param {import('./components.mjs').Place} needs.place
   * @param {Record<Component, string[]>} needs.commands arguments
   * @param {import('./programs.mjs').Programs} needs.programs
   * @param {string} needs.binary of Kubernetes
   * @param {import('./api-client.mjs').ApiClient} needs.api
   */
  constructor(isolation, needs) {
    this.#isolation = isolation;
    this.#needs = needs;
  }

  get api() {
    return this.#needs.api;
  }

  /** @param {string} images archive that is imported before the kubelet starts */
  async startAll(images) {
    this.#start('containerd');
    this.#start('etcd');
    this.#start('kube-apiserver');
    await Promise.all([this.#containerdReady(images), this.apiServerReady()]);
    this.#start('kube-controller-manager');
    this.#start('kube-scheduler');
    this.#start('kubelet');
    await Promise.all([this.nodeReady(), this.serviceAccountReady('default')]);
  }

  async restartApiServer(/** @type {NodeJS.Signals} */ signal) {
    await this.#isolation.end('kube-apiserver', signal);
    await this.startApiServer();
  }

  async startApiServer() {
    this.#start('kube-apiserver');
    await this.apiServerReady();
  }

  async startKubelet() {
    this.#start('kubelet');
    await this.nodeReady();
  }

  async startContainerd() {
    this.#start('containerd');
    await this.#ready('containerd', () => this.ctr(['version']));
    // it takes requests before it knows its containers again
    if (this.#isolation.isRunning('kubelet'))
      await this.#ready('containerd', () => this.#kubelet('/runningpods/'));
  }

  /** @param {Component} name @param {NodeJS.Signals} signal */
  end(name, signal) {
    return this.#isolation.end(name, signal);
  }

  /** @param {readonly string[]} args of containerd's command line client */
  async ctr(args) {
    const { place, programs } = this.#needs;
    const address = ['--address', containerdSocket(place.folder), '--namespace', 'k8s.io'];
    const { stdout } = await run(programs.path('ctr'), [...address, ...args], {
      timeout: IMPORT_MS,
    });
    return stdout;
  }

  apiServerReady() {
    return this.#ready('kube-apiserver', () => this.api.request('GET', '/readyz'));
  }

  /** Resolves when the kubelet knows the pods of its node, and the node takes more. */
  async nodeReady() {
    await this.#ready('kubelet', async () => {
      const { status, spec } = await this.api.request('GET', NODE);
      return readiness(status) === 'True' && spec.taints === undefined ? true : undefined;
    });
    await this.#ready('kubelet', async () => {
      const { items } = await this.api.request('GET', PODS_OF_NODE);
      const known = await this.#kubelet('/pods');
      return items.every((/** @type {{ metadata: { uid: string } }} */ { metadata }) =>
        known.includes(metadata.uid),
      )
        ? true
        : undefined;
    });
  }

  /** Resolves when the API server takes the node for lost, and has told its pods to leave. */
  async nodeLost() {
    await this.#ready('kube-controller-manager', async () => {
      const { status } = await this.api.request('GET', NODE);
      return readiness(status) === 'Unknown' ? true : undefined;
    });
    // what the controller does as long as not all nodes are lost
    const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }];
    await this.api.request('PATCH', NODE, { spec: { taints } }, STRATEGIC_MERGE);
  }

  /** The answer of the kubelet. */
  #kubelet(/** @type {string} */ path) {
    return textOf(this.#needs.place.ports.kubelet, path);
  }

  serviceAccountReady(/** @type {string} */ namespace) {
    const path = `/api/v1/namespaces/${namespace}`;
    return this.#ready('kube-controller-manager', async () => {
      await this.api.request('GET', `${path}/serviceaccounts/default`);
      return this.api.request('GET', `${path}/configmaps/kube-root-ca.crt`);
    });
  }

  async #containerdReady(/** @type {string} */ images) {
    await this.#ready('containerd', () => this.ctr(['version']));
    await this.ctr(['images', 'import', images]);
  }

  #start(/** @type {Component} */ name) {
    const { commands, programs, binary } = this.#needs;
    const own = name === 'containerd' || name === 'etcd';
    this.#isolation.run({
      name,
      command: own ? programs.path(name) : binary,
      args: own ? commands[name] : [name, ...commands[name]],
      env: { PATH: programs.searchPath, HOME: this.#needs.place.folder },
    });
  }

  /**
   * @template T
   * @param {Component} name of the program that has to do it
   * @param {() => Promise<T | undefined>} ask
   */
  #ready(name, ask) {
    const attempt = async () => {
      const failure = this.#isolation.failureOf(name);
      if (failure !== undefined) throw new GivenUp(failure);
      return ask();
    };
    return until(name, attempt, READY_MS);
  }
}

/** @param {{ conditions?: { type: string, status: string }[] }} status of a node */
const readiness = ({ conditions = [] }) => conditions.find(({ type }) => type === 'Ready')?.status;

/**
 * The answer of a server with a certificate of its own.
 *
 * @returns {Promise<string>}
 * @throws Error for any that is not 200
 */
function textOf(/** @type {number} */ port, /** @type {string} */ path) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => (text += chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
      });
    });
    asked.end();
  });
}
