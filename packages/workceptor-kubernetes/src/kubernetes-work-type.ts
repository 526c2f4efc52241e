import type { Logger } from '@receptorjs/primitives';
import {
  count,
  flag,
  number,
  oneOf,
  optional,
  text,
  validateOptions,
} from '@receptorjs/validation';
import type { WorkType } from '@receptorjs/workceptor';
import type { RequestLimits } from './cluster/request-limit.js';
import { Clusters } from './clusters.js';
import { extraData, sealed } from './extra-data.js';
import type { KubernetesType } from './kubernetes-type.js';
import { KubernetesUnit } from './kubernetes-unit.js';
import { Orphans } from './pod/orphans.js';
import { submittedData } from './submission.js';

/** What all types of a node share. */
export interface KubernetesOptions {
  /** The node that the pods are of: they have it as a label. */
  readonly nodeId: string;
  readonly log: Logger;
  /** Of each login. */
  readonly limits?: RequestLimits | undefined;
}

/**
 * Makes work types whose units are pods. Connections, limits and watches are shared by all units of all types that one call of this makes.
 *
 * @returns what makes a type; it throws {TypeError} `invalid-argument`
 */
export function kubernetesWorkTypes({
  nodeId,
  log,
  limits = {},
}: KubernetesOptions): (type: KubernetesType) => WorkType {
  const clusters = new Clusters({ limits, log });
  const orphans = new Orphans(log);
  return (type) => {
    validateOptions<KubernetesType>('kubernetesWorkType', type, {
      workType: text,
      namespace: optional(text),
      image: optional(text),
      command: optional(text),
      params: optional(text),
      authMethod: oneOf('kubeconfig', 'incluster', 'runtime'),
      kubeConfig: optional(text),
      pod: optional(text),
      allowRuntimeAuth: optional(flag),
      allowRuntimeCommand: optional(flag),
      allowRuntimeParams: optional(flag),
      allowRuntimePod: optional(flag),
      streamMethod: optional(oneOf('logger', 'tcp')),
      tcpAddress: optional(text),
      deletePodOnRestart: optional(flag),
      verifySignature: optional(flag),
      maxRunning: optional(count),
      maxQueued: optional(count),
      maxStdoutBytes: optional(number),
      outputSpool: optional(oneOf('auto', 'always', 'never')),
    });
    const { workType, verifySignature = false, maxRunning, maxQueued } = type;
    return {
      workType,
      verifySignature,
      queue: { maxRunning, maxQueued },
      checkSubmission: ({ params }, secrets) =>
        extraData(sealed(submittedData(type, params), workType, secrets)),
      createUnit: (record, context) =>
        new KubernetesUnit(record, { type, nodeId, clusters, orphans, context }),
    };
  };
}
