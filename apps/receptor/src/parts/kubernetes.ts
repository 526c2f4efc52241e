import type { Action } from '@receptorjs/receptor-config';
import type { Workceptor } from '@receptorjs/workceptor';
import type { RequestLimits, kubernetesWorkTypes } from '@receptorjs/workceptor-kubernetes';
import type { StartPart } from './part.js';

type PodType = ReturnType<typeof kubernetesWorkTypes>;

/** What makes the types of a node: they share connections, limits and watches. */
const podTypes = new WeakMap<Workceptor, PodType>();

/** Offers a pod of Kubernetes as a type of work. What that needs is loaded here, and nowhere else. */
export const kubernetesPart: StartPart<'work-kubernetes'> = async (fields, context) => {
  const { work, log, node, kubernetesLimits: limits } = context;
  const { kubernetesWorkTypes } = await import('@receptorjs/workceptor-kubernetes');
  const podType = podTypes.get(work) ?? kubernetesWorkTypes({ nodeId: node.nodeId, log, limits });
  podTypes.set(work, podType);
  work.registerWorkType(
    podType({
      workType: fields.worktype,
      namespace: fields.namespace,
      image: fields.image,
      command: fields.command,
      params: fields.params,
      authMethod: fields.authmethod,
      kubeConfig: fields.kubeconfig,
      pod: fields.pod,
      allowRuntimeAuth: fields.allowruntimeauth,
      allowRuntimeCommand: fields.allowruntimecommand,
      allowRuntimeParams: fields.allowruntimeparams,
      allowRuntimePod: fields.allowruntimepod,
      deletePodOnRestart: fields.deletepodonrestart,
      verifySignature: fields.verifysignature,
      outputSpool: fields.outputspool,
      maxRunning: fields.maxrunning,
      maxQueued: fields.maxqueued,
      maxStdoutBytes: fields.maxstdout * 2 ** 20,
    }),
  );
  return { close: () => work.removeType(fields.worktype) };
};

/**
 * How many requests go to a cluster: as `node` says, or as the original's variables do. What is no number counts as not given, as
 * there.
 */
export function kubernetesLimits(
  actions: readonly Action[],
  env: Readonly<Record<string, string | undefined>>,
): RequestLimits {
  const node = actions.find((each) => each.action === 'node')?.fields;
  const qps = node?.receptorkubeclientsetqps ?? env['RECEPTOR_KUBE_CLIENTSET_QPS'];
  const burst = node?.receptorkubeclientsetburst ?? env['RECEPTOR_KUBE_CLIENTSET_BURST'];
  const rateLimiter =
    node?.receptorkubeclientsetratelimiter ?? env['RECEPTOR_KUBE_CLIENTSET_RATE_LIMITER'];
  return { qps: wholeNumber(qps), burst: wholeNumber(burst), rateLimiter };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
