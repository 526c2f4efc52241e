import type { Workceptor } from '@receptorjs/workceptor';
import type { kubernetesWorkTypes } from '@receptorjs/workceptor-kubernetes';
import type { PartContext, StartPart } from './part.js';

type PodType = ReturnType<typeof kubernetesWorkTypes>;

/** What makes the types of a node: they share connections, limits and watches. */
const podTypes = new WeakMap<Workceptor, PodType>();

/** Offers a pod of Kubernetes as a type of work. What that needs is loaded here, and nowhere else. */
export const kubernetesPart: StartPart<'work-kubernetes'> = async (fields, context) => {
  const { work } = context;
  const { kubernetesWorkTypes } = await import('@receptorjs/workceptor-kubernetes');
  const podType = podTypes.get(work) ?? newPodType(context, kubernetesWorkTypes);
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
      streamMethod: fields.streammethod,
      tcpAddress: fields.tcpaddress || undefined,
      verifySignature: fields.verifysignature,
      outputSpool: fields.outputspool,
      maxRunning: fields.maxrunning,
      maxQueued: fields.maxqueued,
      maxStdoutBytes: fields.maxstdout * 2 ** 20,
    }),
  );
  return { close: () => work.removeType(fields.worktype) };
};

function newPodType(
  { log, node, kubernetes: { limits, ignored } }: PartContext,
  make: typeof kubernetesWorkTypes,
): PodType {
  for (const line of ignored) log.warning(line);
  return make({ nodeId: node.nodeId, log, limits });
}
