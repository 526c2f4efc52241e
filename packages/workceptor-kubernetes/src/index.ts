/**
 * Units of work as pods of Kubernetes. A pod is made once and gets its stdin once; what a pod waits for and how it ended stands in the
 * unit's detail, and output that the container's log is known to have lost makes the unit fail.
 *
 * The daemon does not offer it yet: what the kubelet skips while a log is rotated and read at once is not noticed (decision 141).
 *
 * ```ts
 * import { Workceptor } from '@receptorjs/workceptor';
 * import { kubernetesWorkTypes } from '@receptorjs/workceptor-kubernetes';
 *
 * const log = { error: console.error, warning: console.warn, info: console.info, debug: () => undefined };
 * const work = new Workceptor({ nodeId: 'near', dataDir: '/var/lib/receptor', log });
 * const podType = kubernetesWorkTypes({ nodeId: 'near', log });
 * work.registerWorkType(
 *   podType({ workType: 'pod', authMethod: 'kubeconfig', namespace: 'jobs', image: 'example.org/job:1' }),
 * );
 * await work.start();
 * ```
 *
 * @packageDocumentation
 */
export type { Logger } from '@receptorjs/primitives';
export type { RequestLimits } from './cluster/request-limit.js';
export { kubernetesWorkTypes } from './kubernetes-work-type.js';
export type { KubernetesOptions } from './kubernetes-work-type.js';
export type { KubernetesType } from './kubernetes-type.js';
export type { PodEndCode } from './pod/pod-end.js';
