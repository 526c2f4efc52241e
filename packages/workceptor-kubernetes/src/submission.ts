import { errorText } from '@receptorjs/primitives';
import { WorkError } from '@receptorjs/workceptor';
import { parseDuration } from '@receptorjs/workceptor/internal';
import { readFileSync, statSync } from 'node:fs';
import type { KubeData } from './extra-data.js';
import type { KubernetesType } from './kubernetes-type.js';

/** 256 KiB: the largest kubeconfig or manifest, from a file or a submission. To read one takes some ten milliseconds. */
const MAX_TEXT_BYTES = 256 * 1024;

/**
 * What a submission and its work type make together, in the original's way.
 *
 * @throws {WorkError} `rejected`
 */
export function submittedData(
  type: KubernetesType,
  params: Readonly<Record<string, string>>,
): KubeData {
  const given = (name: string, isAllowed: boolean | undefined): string => {
    const value = params[name] ?? '';
    if (value !== '' && isAllowed !== true) throw rejected(`${name} provided but not allowed`);
    if (Buffer.byteLength(value) > MAX_TEXT_BYTES) throw tooLong(name);
    return value;
  };
  const pod = fileText('pod', type.pod);
  // what it has is asked for at each use: it may have changed then
  fileText('kubeconfig', type.kubeConfig);
  const command = given('kube_command', type.allowRuntimeCommand);
  const image = given('kube_image', type.allowRuntimeCommand);
  const extra = given('kube_params', type.allowRuntimeParams);
  const namespace = given('kube_namespace', type.allowRuntimeAuth);
  const KubeConfig = given('secret_kube_config', type.allowRuntimeAuth);
  const runtimePod = given('secret_kube_pod', type.allowRuntimePod);
  const timeout = given('pod_pending_timeout', type.allowRuntimeParams);
  if (type.authMethod === 'runtime' && KubeConfig === '') {
    throw rejected('param secret_kube_config must be provided if AuthMethod=runtime');
  }
  if (runtimePod !== '' && (extra !== '' || command !== '' || image !== '')) {
    throw rejected(
      'params kube_command, kube_image, kube_params not compatible with secret_kube_pod',
    );
  }
  const isPodGiven = runtimePod !== '';
  return {
    Image: isPodGiven ? '' : image || (type.image ?? ''),
    Command: isPodGiven ? '' : command || (type.command ?? ''),
    Params: isPodGiven ? '' : [type.params ?? '', extra].filter((part) => part !== '').join(' '),
    KubeNamespace: namespace || (type.namespace ?? ''),
    KubeConfig,
    KubePod: runtimePod || pod,
    PodName: '',
    ViaTcp: type.streamMethod === 'tcp' ? true : undefined,
    PendingTimeoutMs: timeout === '' ? undefined : pendingTimeoutMs(timeout),
  };
}

/** The original takes no time at all for none. */
function pendingTimeoutMs(text: string): number | undefined {
  try {
    const ms = Number(parseDuration(text) / 1_000_000n);
    return ms === 0 ? undefined : Math.max(1, ms);
  } catch (cause) {
    throw new WorkError('rejected', errorText(cause), { cause });
  }
}

/** Read for each submission, as the original does: a changed file counts from then on. */
function fileText(what: 'pod' | 'kubeconfig', path: string | undefined): string {
  if (path === undefined || path === '') return '';
  try {
    if (statSync(path).size > MAX_TEXT_BYTES) throw tooLong(path);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WorkError('rejected', `could not read ${what}: ${errorText(cause)}`, { cause });
  }
}

const rejected = (why: string): WorkError => new WorkError('rejected', why);

const tooLong = (what: string): WorkError =>
  rejected(`${what} has more than ${MAX_TEXT_BYTES} bytes, the most that is taken`);
