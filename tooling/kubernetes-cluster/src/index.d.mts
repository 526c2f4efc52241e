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
  /** Pods that the node takes; its network has addresses for some 250, others need `hostNetwork`. Default 110. */
  readonly maxPods?: number;
  /** Further arguments of kube-apiserver. */
  readonly apiServerArguments?: readonly string[];
  /** So long another process's cluster is waited for, in milliseconds; default 0. */
  readonly waitMs?: number;
}

/** By what a program is ended: in order, the default, or at once. */
export interface HowEnded {
  readonly signal?: 'SIGTERM' | 'SIGKILL';
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
  /** Ends the API server and starts it again; resolves when it is ready. By SIGTERM streams that are open go on for a minute, and it as well. */
  restartApiServer(how?: HowEnded): Promise<void>;
  stopApiServer(how?: HowEnded): Promise<void>;
  startApiServer(): Promise<void>;
  /** Ends the kubelet; containers go on. */
  stopKubelet(how?: HowEnded): Promise<void>;
  /** Resolves when the node is ready again. */
  startKubelet(): Promise<void>;
  /** Restarts containerd; containers go on. */
  restartContainerd(): Promise<void>;
  /** Kills the kubelet and resolves when the node's state is `Unknown`, after `nodeMonitorGracePeriod`; `startKubelet` brings it back. */
  loseNode(): Promise<void>;
  /** Makes an image of one layer from a folder. */
  importImage(rootfs: string, image: ImageOptions): Promise<void>;
  /** How many rotated files the logs of a pod have, of which the node keeps `logMaxFiles` less one for each container; 0 for a pod that is gone. */
  rotatedLogs(namespace: string, pod: string): number;
  /** The last lines of the log of `kubelet`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`, `containerd` or `etcd`. */
  log(component: string): string;
  /** Ends everything and leaves the machine as it was. */
  stop(): Promise<void>;
}

/** The image that every cluster has: Debian's busybox with a link for each of its programs. */
export const busyboxImage: string;

/**
 * Starts a Kubernetes of one node on loopback. {@link kubernetes} says whether it can be.
 *
 * @throws Error where it can't be started, with the reason and the end of the log of what failed
 */
export function startCluster(options?: ClusterOptions): Promise<Cluster>;

/** Whether tests can have a Kubernetes: one of their own, or the one that the variable `KUBECONFIG_E2E` names. */
export const kubernetes: {
  /** Path that `KUBECONFIG_E2E` names; empty where it names none. */
  readonly kubeconfig: string;
  /** For the titles of tests: why they are skipped, with what would bring them; empty where they are not. */
  readonly missing: string;
  /** The same for tests that stop and start its programs. */
  readonly missingControls: string;
};

/** Whether there is no Kubernetes, or none with `controls`; says so on the console. */
export function skipsWithoutKubernetes(needs?: { readonly controls?: boolean }): boolean;

/** A Kubernetes for tests, whosever it is. */
export interface Kubernetes {
  /** Path of a kubeconfig that may do everything. */
  readonly kubeconfig: string;
  /** An image with the programs of busybox: the one that `KUBECONFIG_E2E_IMAGE` names, or else {@link busyboxImage}. */
  readonly image: string;
  /** Its controls; undefined for a named one. */
  readonly cluster: Cluster | undefined;
  /** Makes a namespace in which pods can be made; resolves with its name. */
  namespace(prefix?: string): Promise<string>;
  /** Names of the pods in a namespace. */
  pods(namespace: string): Promise<readonly string[]>;
  /** Ends it; of a named one, removes the namespaces. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster, or takes the one that is named, for which `kubectl` is needed and options don't count.
 *
 * @throws Error where there is none
 */
export function startKubernetes(options?: ClusterOptions): Promise<Kubernetes>;

/** What a request does, as RBAC names it; of a pod's streams, the stream's name. */
export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'log'
  | 'attach'
  | 'exec'
  | 'portforward';

/** Which requests; all where nothing is given. */
export interface RequestMatch {
  readonly verb?: Verb | readonly Verb[];
  /** Searched in path and query. */
  readonly path?: RegExp;
}

/** How a connection is cut: with RST; with FIN and no end of TLS or of the answer; or, `end`, as if the answer were complete. */
export type Cut = 'reset' | 'close' | 'end';

/** What is done to the events of a watch. */
export interface WatchFaults {
  /** Each comes so much later; their order stays. */
  readonly delayMs?: number;
  /** Whether an event is left out; `index` counts from 0. */
  readonly drop?: (event: { type: string; object: unknown }, index: number) => boolean;
  /** In place of the event after so many comes the error 410 and the end. */
  readonly goneAfter?: number;
}

/** What is done to a request. What is given is done together, in this order. */
export interface Fault {
  /** So long nothing is done at all. */
  readonly delayMs?: number;
  /** Never answered. */
  readonly hang?: boolean;
  /** Answered with this status of HTTP in place of the API server, as it answers: 401, 410, 429, 500, 503 or another. */
  readonly status?: number;
  /** Of the `Status` object; default what goes with the status. */
  readonly reason?: string;
  readonly message?: string;
  /** As a header and in the `Status` object. */
  readonly retryAfterSeconds?: number;
  /** The API server does it, but its answer is cut off before it came. */
  readonly loseAnswer?: boolean;
  /** How it is cut by the following; default `reset`. */
  readonly cut?: Cut;
  /** Cut behind so many bytes of the answer's body, or of what an upgraded connection brings. */
  readonly cutAfterBytes?: number;
  /** Cut behind so many bytes of what is sent. */
  readonly cutAfterSentBytes?: number;
  /** Cut so long after the answer began; of two numbers, at a time between them that follows from the seed. */
  readonly cutAfterMs?: number | readonly [number, number];
  /** The answer comes no faster. */
  readonly bytesPerSecond?: number;
  /** For `verb: 'watch'`. */
  readonly watch?: WatchFaults;
}

/** Which requests get which fault. */
export interface FaultRule extends RequestMatch {
  readonly fault: Fault;
  /** So many that match get none first; default 0. */
  readonly skip?: number;
  /** How many get it; default all. */
  readonly times?: number;
}

/** A request that came. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly verb: Verb | 'other';
  readonly fault: Fault;
  /** Of HTTP; undefined while there was no answer. */
  status: number | undefined;
  /** Why it ended early. */
  error?: string;
  /** Whether it was cut, by its fault or by {@link FaultProxy.cut}: one with a fault may have ended before. */
  isCut?: boolean;
}

/** Stands in front of the API server of a cluster and does to requests what its rules say; others pass, upgrades too. */
export class FaultProxy {
  private constructor();
  /** Listens on a port of 127.0.0.1. Default seed: 1. */
  static start(cluster: Cluster, options?: { readonly seed?: number }): Promise<FaultProxy>;
  /** URL of it. */
  readonly server: string;
  /** The latest requests, 2000 at the most. */
  readonly requests: readonly SeenRequest[];
  /** How many requests got the fault of a rule: this very object. */
  met(fault: Fault): number;
  /** How many requests of each verb were cut. */
  readonly cuts: ReadonlyMap<SeenRequest['verb'], number>;
  /** How many requests are open. */
  readonly open: number;
  /** Copies a kubeconfig of the cluster, with this server; returns its path. Client certificates don't get through. */
  kubeconfig(path: string): string;
  /** Adds a rule behind the others, of which the first that matches is taken; returns what removes it. */
  add(rule: FaultRule): () => void;
  /** Removes all rules. */
  clear(): void;
  /** Cuts what is open and matches; returns how many. Default: all, `reset`. */
  cut(match?: RequestMatch, how?: Cut): number;
  /** Resolves when so many requests that match have come, those before this call included; default 1. */
  asked(match: RequestMatch, count?: number): Promise<SeenRequest>;
  /** Cuts everything and ends. */
  close(): Promise<void>;
}
