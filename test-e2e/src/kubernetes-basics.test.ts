import {
  kubernetes,
  skipsWithoutKubernetes,
  startKubernetes,
  type Kubernetes,
} from '@receptorjs/tooling-kubernetes-cluster';
import { UnitState, type ControlClient, type ReportedStatus } from '@receptorjs/control-client';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mesh, until, type Daemon } from './mesh.js';

const isSkipped = skipsWithoutKubernetes();
const { Running: RUNNING, Succeeded: SUCCEEDED, Failed: FAILED, Canceled: CANCELED } = UnitState;
/** A cluster of somebody else may have to pull the image. */
const END_MS = 120_000;

describe.skipIf(isSkipped)(`units that are pods ${kubernetes.missing}`, () => {
  let cluster: Kubernetes;
  let mesh: Mesh;
  let node: Daemon;
  let client: ControlClient;
  let namespace: string;

  beforeAll(async () => {
    mesh = new Mesh();
    cluster = await startKubernetes({ waitMs: 240_000 });
    namespace = await cluster.namespace('basics');
    const { kubeconfig, image } = cluster;
    const login = { authmethod: 'kubeconfig', kubeconfig, namespace };
    const allowed = { allowruntimecommand: true, allowruntimeparams: true };
    const type = { worktype: 'pod', image, ...login, ...allowed };
    node = mesh.start('node', [{ 'local-only': null }, { 'work-kubernetes': type }]);
    client = await node.control();
  }, 300_000);
  afterAll(async () => {
    await mesh.end();
    await cluster.stop();
  });

  async function submit(script: string, stdin = ''): Promise<string> {
    const params = {
      kube_command: 'sh -c',
      kube_params: `'${script}'`,
      pod_pending_timeout: '90s',
    };
    const request = { node: 'node', workType: 'pod', params };
    return (await client.submit(request, stdin)).unitId;
  }

  /** The status of a unit once it is in a state, or has ended otherwise. */
  const reached = (unitId: string, wanted: number): Promise<ReportedStatus> =>
    until(
      `state ${wanted} of ${unitId}`,
      async () => {
        const status = await client.workStatus(unitId);
        return status.state === wanted || status.state >= SUCCEEDED ? status : undefined;
      },
      END_MS,
    );

  const output = async (unitId: string): Promise<string> => text(await client.resultStream(unitId));

  const noPodIsLeft = (): Promise<true> =>
    until(
      'the end of all pods',
      async () => ((await cluster.pods(namespace)).length === 0 ? true : undefined),
      60_000,
    );

  it('have the output of their command, and leave no pod when they are released', async () => {
    const unitId = await submit('echo one; echo two');
    expect(await reached(unitId, SUCCEEDED)).toMatchObject({ state: SUCCEEDED });
    expect(await output(unitId)).toBe('one\ntwo\n');
    expect(await cluster.pods(namespace)).toHaveLength(1);
    await client.workRelease(unitId);
    await noPodIsLeft();
  });

  it('get their stdin', async () => {
    const stdin = Array.from({ length: 50_000 }, (_, line) => `line ${line}\n`).join('');
    const unitId = await submit('cat', stdin);
    expect(await reached(unitId, SUCCEEDED)).toMatchObject({ state: SUCCEEDED });
    expect((await output(unitId)) === stdin).toBe(true);
    await client.workRelease(unitId);
  });

  it('fail with the exit status of their command and the last of its stderr', async () => {
    const unitId = await submit('echo out; echo no room >&2; exit 3');
    expect(await reached(unitId, FAILED)).toMatchObject({
      state: FAILED,
      detail: 'container failed with exit code 3',
      report: { errorCode: 'exit-status', lastOutput: 'no room' },
    });
    expect(await output(unitId)).toBe('out\n');
    await client.workRelease(unitId);
  });

  it('leave no pod when they are canceled', async () => {
    await noPodIsLeft();
    const unitId = await submit('trap exit TERM; sleep 600 & wait');
    expect(await reached(unitId, RUNNING)).toMatchObject({ state: RUNNING });
    expect(await cluster.pods(namespace)).toHaveLength(1);
    await client.workCancel(unitId);
    expect(await reached(unitId, CANCELED)).toMatchObject({ state: CANCELED });
    await noPodIsLeft();
    await client.workRelease(unitId);
  });
});
