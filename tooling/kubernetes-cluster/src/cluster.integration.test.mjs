import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.mjs';
import { kubernetes, skipsWithoutKubernetes } from './availability.mjs';
import { busyboxImage } from './images.mjs';
import { machineState } from './machine-state.mjs';
import { findPrograms } from './programs.mjs';
import { lockCluster, startCluster } from './start-cluster.mjs';
import { readTraces } from './traces.mjs';
import { until } from './until.mjs';

/** Another's cluster may be running when these tests begin; each has a machine for itself. */
const WAIT_MS = 240_000;
const LIMIT_MS = WAIT_MS + 60_000;
const READY_MS = 30_000;

const without = skipsWithoutKubernetes({ controls: true });

/** The machine without a cluster, when no other process has one either. */
async function quietState() {
  const unlock = await lockCluster(WAIT_MS);
  try {
    await until(
      'the end of the last cluster',
      () => readTraces() === undefined || undefined,
      30_000,
    );
    return machineState();
  } finally {
    unlock();
  }
}

/** @param {string} image @param {string[]} command */
const pod = (image, command) => ({
  metadata: { name: 'p' },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'worker', image, imagePullPolicy: 'Never', command }],
  },
});

describe.skipIf(without)(`a cluster ${kubernetes.missingControls}`, () => {
  /** @type {string[]} */
  let before;
  /** @type {import('./index.d.mts').Cluster} */
  let cluster;
  beforeAll(async () => {
    before = await quietState();
    cluster = await startCluster({ waitMs: WAIT_MS, logMaxFiles: 2 });
  }, LIMIT_MS);
  afterAll(() => cluster?.stop());

  /** @param {string} namespace @param {readonly string[]} phases */
  const phase = (namespace, phases) =>
    until(
      `the pod is ${phases.join(' or ')}`,
      async () => {
        const path = `/api/v1/namespaces/${namespace}/pods/p`;
        const { status } = await cluster.request('GET', path);
        return phases.includes(status.phase) ? status.phase : undefined;
      },
      READY_MS,
    );
  const log = (/** @type {string} */ namespace) =>
    cluster.request('GET', `/api/v1/namespaces/${namespace}/pods/p/log`);

  it('runs a pod', async () => {
    const namespace = await cluster.namespace();
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await cluster.request(
      'POST',
      pods,
      pod(busyboxImage, ['sh', '-c', 'echo hello from $HOSTNAME']),
    );
    expect(await phase(namespace, ['Succeeded', 'Failed'])).toBe('Succeeded');
    expect(await log(namespace)).toBe('hello from p\n');
  });

  it('runs an image that was made of a folder', async () => {
    const rootfs = mkdtempSync(join(tmpdir(), 'rootfs-'));
    mkdirSync(join(rootfs, 'bin'));
    copyFileSync(findPrograms().busybox, join(rootfs, 'bin', 'busybox'));
    const name = 'localhost/own:1';
    await cluster.importImage(rootfs, { name, environment: { SAYS: 'own image' } });
    rmSync(rootfs, { recursive: true });
    const namespace = await cluster.namespace();
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await cluster.request('POST', pods, pod(name, ['/bin/busybox', 'sh', '-c', 'echo $SAYS']));
    expect(await phase(namespace, ['Succeeded', 'Failed'])).toBe('Succeeded');
    expect(await log(namespace)).toBe('own image\n');
  });

  it('lets a login do what it may, and no more', async () => {
    const namespace = await cluster.namespace();
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
    const path = await cluster.serviceAccount({ namespace, rules });
    const { token } = JSON.parse(readFileSync(path, 'utf8')).users[0].user;
    const account = new ApiClient(cluster.server, cluster.ca, token);
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    expect((await account.request('GET', pods)).kind).toBe('PodList');
    await expect(account.request('DELETE', pods)).rejects.toMatchObject({ status: 403 });
    const plain = JSON.parse(readFileSync(cluster.kubeconfigs.plain, 'utf8')).users[0].user;
    const nobody = new ApiClient(cluster.server, cluster.ca, plain.token);
    await expect(nobody.request('GET', pods)).rejects.toMatchObject({ status: 403 });
  });

  it('goes on with its containers while its programs are killed, and loses its node', async () => {
    const namespace = await cluster.namespace();
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const counts = 'i=0; while :; do echo $i; i=$((i+1)); sleep 0.1; done';
    const { spec, metadata } = pod(busyboxImage, ['sh', '-c', counts]);
    const key = 'node.kubernetes.io/unreachable';
    const tolerations = [{ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 }];
    await cluster.request('POST', pods, {
      metadata,
      spec: { ...spec, tolerations, terminationGracePeriodSeconds: 30 },
    });
    await phase(namespace, ['Running']);
    await cluster.restartApiServer({ signal: 'SIGKILL' });
    await cluster.restartContainerd();
    await cluster.stopKubelet({ signal: 'SIGKILL' });
    await cluster.startKubelet();
    expect(await log(namespace)).toMatch(/^0\n1\n2\n/);
    await cluster.loseNode();
    await until(
      'the pod is told to leave',
      async () => {
        const { metadata } = await cluster.request('GET', `${pods}/p`);
        return metadata.deletionTimestamp;
      },
      READY_MS,
    );
  });

  it('refuses a second one, and leaves nothing', async () => {
    await expect(startCluster()).rejects.toThrow(
      `process ${process.pid} runs a Kubernetes cluster, of which a machine can have one`,
    );
    const during = machineState();
    expect(during).not.toEqual(before);
    expect(during.filter((line) => line.startsWith('vm.'))).toEqual(
      before.filter((line) => line.startsWith('vm.')),
    );
    await cluster.stop();
    expect(machineState()).toEqual(before);
  });
});

describe.skipIf(without)(`the owner of a cluster ${kubernetes.missingControls}`, () => {
  const owner = fileURLToPath(new URL('./test-owner.mjs', import.meta.url));

  /** Starts a process that owns a cluster. */
  async function startOwner() {
    const child = fork(owner, [String(WAIT_MS)], { stdio: 'inherit' });
    const first = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    expect(first[0]).toMatch(/kubeconfig$/);
    return child;
  }

  it(
    'leaves nothing when it is killed',
    async () => {
      const before = await quietState();
      const child = await startOwner();
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await quietState()).toEqual(before);
    },
    LIMIT_MS,
  );

  it(
    'leaves what the next start removes, when what would do so is killed first',
    async () => {
      const before = await quietState();
      const child = await startOwner();
      const { isolation } = readTraces() ?? {};
      process.kill(isolation?.pid ?? 0, 'SIGKILL');
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(readTraces()).toBeDefined();
      const main = fileURLToPath(new URL('./main.mjs', import.meta.url));
      const said = execFileSync(process.execPath, [main, '--clean-up'], { encoding: 'utf8' });
      expect(said).toBe('Removed.\n');
      expect(machineState()).toEqual(before);
    },
    LIMIT_MS,
  );
});
