/** How a cluster is started. */
export interface ClusterOptions {
  /** Size at which a container's log is rotated, as Kubernetes writes it; default `10Mi`. */
  readonly logMaxSize?: string;
  /** How many files of a container's log are kept, at least 2; default 5. */
  readonly logMaxFiles?: number;
  /** How often the kubelet looks whether to rotate, at least `3s`; default `10s`. */
  readonly logMonitorInterval?: string;
  /** After which a stream without traffic is closed; default `4h`. */
  readonly streamIdleTimeout?: string;
  /** After which a silent node is `Unknown`; default `8s`. */
  readonly nodeMonitorGracePeriod?: string;
  /** Further arguments of kube-apiserver. */
  readonly apiServerArguments?: readonly string[];
  /** So long another process's cluster is waited for, in milliseconds; default 0. */
  readonly waitMs?: number;
}

/** A ServiceAccount and what it may do. */
export interface ServiceAccountOptions {
  readonly namespace: string;
  /** Rules of its Role, as RBAC has them. */
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
  /** How long its token is good; at least 600, default 3600. */
  readonly expirationSeconds?: number;
}

/** An image's name and what it runs. */
export interface ImageOptions {
  /** With its tag, as `localhost/worker:1`; pods want `imagePullPolicy: Never` or `IfNotPresent`. */
  readonly name: string;
  readonly entrypoint?: string[];
  readonly command?: string[];
  /** Besides `PATH`. */
  readonly environment?: Record<string, string>;
}

/** A running Kubernetes of one node, called `localhost`. Its image is {@link busyboxImage}. */
export class Cluster {
  private constructor();
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Paths of kubeconfigs; `certificate` is the administrator by a client certificate, `plain` may do nothing. */
  readonly kubeconfigs: {
    readonly admin: string;
    readonly certificate: string;
    readonly plain: string;
  };
  /** URL of the API server. */
  readonly server: string;
  /** Certificate of the authority of the API server, PEM. */
  readonly ca: string;
  /** All files of the cluster. */
  readonly folder: string;
  /**
   * Asks the API server as the administrator.
   *
   * @param path - With its query
   * @param body - Sent as JSON
   * @param type - Of the body; default `application/json`
   * @returns the JSON of the answer, its text where it is none
   * @throws ApiError with `status` for an answer of 400 or more
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  request(method: string, path: string, body?: unknown, type?: string): Promise<any>;
  /** Makes a namespace in which pods can be made; resolves with its name. */
  namespace(prefix?: string): Promise<string>;
  /** Makes a ServiceAccount with a Role; resolves with the path of its kubeconfig, whose namespace it is. */
  serviceAccount(options: ServiceAccountOptions): Promise<string>;
  /** Ends the API server, in order unless `kill`, and starts it again; resolves when it is ready. In order takes up to a minute while streams are open. */
  restartApiServer(how?: { readonly kill?: boolean }): Promise<void>;
  stopApiServer(how?: { readonly kill?: boolean }): Promise<void>;
  startApiServer(): Promise<void>;
  /** Ends the kubelet; containers go on. */
  stopKubelet(how?: { readonly kill?: boolean }): Promise<void>;
  /** Resolves when the node is ready again. */
  startKubelet(): Promise<void>;
  /** Restarts containerd; containers go on. */
  restartContainerd(): Promise<void>;
  /** Kills the kubelet and resolves when the node's state is `Unknown`, after `nodeMonitorGracePeriod`; `startKubelet` brings it back. */
  loseNode(): Promise<void>;
  /** Makes an image of one layer from a folder. */
  importImage(rootfs: string, image: ImageOptions): Promise<void>;
  /** The last lines of the log of `kubelet`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`, `containerd` or `etcd`. */
  log(component: string): string;
  /** Ends everything and leaves the machine as it was. */
  stop(): Promise<void>;
}

/** The image that every cluster has: Debian's busybox with a link for each of its programs. */
export const busyboxImage: string;

/**
 * Starts a Kubernetes of one node on loopback. What it needs is asked for by `clusterFor`.
 *
 * @throws Error where it can't be started, with the reason and the end of the log of what failed
 */
export function startCluster(options?: ClusterOptions): Promise<Cluster>;
