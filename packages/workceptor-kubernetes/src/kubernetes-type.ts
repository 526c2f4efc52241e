import type { SpoolUse } from './spool/with-spool.js';

/** A work type whose units are pods. The names are those of the action `work-kubernetes`. */
export interface KubernetesType {
  /** Name of the type, and in lower case the beginning of its pods' names. */
  readonly workType: string;
  /** Namespace of the pods; needed unless the kubeconfig or the submission has one. */
  readonly namespace?: string | undefined;
  /** Image of the container. */
  readonly image?: string | undefined;
  /** Command of the container, split by the quoting rules of a shell. */
  readonly command?: string | undefined;
  /** Arguments of the container, split in the same way. */
  readonly params?: string | undefined;
  /** How the cluster is reached: by a kubeconfig file, by the account of the pod that this node runs in, or by what each submission brings. */
  readonly authMethod: 'kubeconfig' | 'incluster' | 'runtime';
  /** Path of a kubeconfig, for `kubeconfig`. Default: that of `KUBECONFIG`, or `.kube/config` in the home folder. */
  readonly kubeConfig?: string | undefined;
  /** Path of a pod's manifest, YAML or JSON. */
  readonly pod?: string | undefined;
  /** Whether a submission may bring a kubeconfig and a namespace. Default false. */
  readonly allowRuntimeAuth?: boolean | undefined;
  /** Whether a submission may choose image and command. Default false. */
  readonly allowRuntimeCommand?: boolean | undefined;
  /** Whether a submission may add arguments and say how long a pod may pend. Default false. */
  readonly allowRuntimeParams?: boolean | undefined;
  /** Whether a submission may bring the pod's manifest. Default false. */
  readonly allowRuntimePod?: boolean | undefined;
  /**
   * How stdin and stdout travel: by the API server, or by a connection that the pod's program makes to this node, at the address and port of
   * its variables `RECEPTOR_HOST` and `RECEPTOR_PORT`. Default `logger`.
   */
  readonly streamMethod?: 'logger' | 'tcp' | undefined;
  /** With `tcp`: the address of this node that pods connect to. Default: the first one of the first interface that is no loopback. */
  readonly tcpAddress?: string | undefined;
  /** Whether the pod of a unit that was pending when the daemon ended is deleted. Default true. */
  readonly deletePodOnRestart?: boolean | undefined;
  /** Whether submissions from TCP and the mesh must be signed. Default false. */
  readonly verifySignature?: boolean | undefined;
  /** Units that run at once; others wait, and submitters take turns. Default: any number. */
  readonly maxRunning?: number | undefined;
  /** Units that wait, beyond those that run; further submissions are refused. Default 10,000. */
  readonly maxQueued?: number | undefined;
  /** Bytes of stdout of one unit; one with more is ended, and fails. Default 64 GiB. */
  readonly maxStdoutBytes?: number | undefined;
  /** Whose stdout goes through a spool in the pod, and is complete whatever becomes of the log. Default `auto`. */
  readonly outputSpool?: SpoolUse | undefined;
}
