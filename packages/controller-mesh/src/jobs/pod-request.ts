import type { ClusterLogin, JobPod } from '@receptorjs/controller-core';

/** Work types that control nodes offer for pods: of a cluster whose login comes with the request, and of the one that the node itself runs in. */
const RUNTIME_WORK_TYPE = 'kubernetes-runtime-auth';
const IN_CLUSTER_WORK_TYPE = 'kubernetes-incluster-auth';

/** For how long a pod may wait for its place in the cluster. */
const PENDING_TIMEOUT = '2h';

/** Parameters of a submission. Names that begin with `secret_` are shown by no node. */
export type UnitParams = Readonly<Record<string, string>>;

/** What a unit is asked for by. */
export interface UnitRequest {
  readonly workType: string;
  /** Anew for each attempt. */
  readonly params?: () => UnitParams;
}

/** How a node is asked for the pod of a job. */
export function podRequest({ manifest, login }: JobPod): UnitRequest {
  const pod = { secret_kube_pod: JSON.stringify(manifest), pod_pending_timeout: PENDING_TIMEOUT };
  if (login === undefined) return { workType: IN_CLUSTER_WORK_TYPE, params: () => pod };
  const kubeconfig = JSON.stringify(kubeconfigOf(login));
  const params = { ...pod, secret_kube_config: kubeconfig };
  return { workType: RUNTIME_WORK_TYPE, params: () => params };
}

function kubeconfigOf({ host, token, verifySsl, caCertificates }: ClusterLogin): unknown {
  const name = 'container-group';
  const trust = verifySsl
    ? caCertificates !== undefined && {
        'certificate-authority-data': Buffer.from(caCertificates).toString('base64'),
      }
    : { 'insecure-skip-tls-verify': true };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: host, ...trust } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}
