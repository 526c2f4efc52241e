/**
 * Units of work as pods of Kubernetes. A pod is made once, gets its stdin once, and its output is complete or the unit says that it is not;
 * what a pod waits for and how it ended stands in the unit's detail. No error of a cluster ends more than the unit that it is about.
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
