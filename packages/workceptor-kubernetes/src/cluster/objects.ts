/** What is read of the API's objects, as `parse-objects.ts` has checked it. Everything may be missing: they come from elsewhere. */

/** A container's state as the kubelet tells it. */
export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode?: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly finishedAt?: string;
  };
}

/** How a container is. */
export interface ContainerStatus {
  readonly name?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** A condition of a pod, such as `PodScheduled`. */
export interface PodCondition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Name, labels and identity of an object. */
export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  /** When the grace of a deletion is over. */
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One of a pod's addresses, or of its node's. */
export interface PodAddress {
  readonly ip?: string;
}

/** A pod. */
export interface Pod {
  readonly metadata?: ObjectMeta;
  readonly spec?: {
    readonly nodeName?: string;
    readonly initContainers?: readonly {
      readonly name?: string;
      readonly restartPolicy?: string;
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly PodAddress[];
    /** Of the node that it is on. */
    readonly hostIP?: string;
    readonly hostIPs?: readonly PodAddress[];
    readonly conditions?: readonly PodCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Something that happened to an object, as the cluster's parts report it. */
export interface ClusterEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  /** When it was last seen to happen. */
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly metadata?: ObjectMeta;
}

/** The name of the container that does the work. */
export const WORKER = 'worker';
