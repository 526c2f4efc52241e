import { errorText, type Logger } from '@receptorjs/primitives';
import { ClusterApi, type Selector } from './cluster/cluster-api.js';
import { ClusterLogin, type LoginSource } from './cluster/login.js';
import { PodWatch } from './cluster/pod-watch.js';
import { RequestLimit, type RequestLimits } from './cluster/request-limit.js';
import { LateLooks, type PodLook } from './pod/late-looks.js';
import { SharedThings, type Hold } from './shared-things.js';

/** Milliseconds for which a login that nobody uses is kept: the next unit would log in again otherwise, by a program. And how many of them. */
const IDLE_MS = 60_000;
const MAX_IDLE = 16;

/** A watch, and what is to be done when nobody holds it any more. */
interface SharedWatch {
  readonly watch: PodWatch;
  readonly closed: () => void;
}

/** What was watched. */
interface Watched {
  readonly source: LoginSource;
  readonly namespace: string;
  readonly selector: Selector;
  readonly look: PodLook | undefined;
}

/** The connections, limits and watches of all units of a daemon: one for each login, one watch for each namespace of it. */
export class Clusters {
  readonly #apis = new SharedThings<ClusterApi>({
    close: (api) => {
      api.close();
    },
    idleMs: IDLE_MS,
    maxIdle: MAX_IDLE,
  });
  readonly #watches = new SharedThings<SharedWatch>({
    close: ({ watch, closed }) => {
      void watch.close();
      closed();
    },
  });
  readonly #lateLooks: LateLooks;

  constructor(
    private readonly options: {
      readonly limits: RequestLimits;
      readonly log: Logger;
    },
  ) {
    this.#lateLooks = new LateLooks(options.log);
  }

  /** @throws {KubernetesError} `bad-config` */
  api(source: LoginSource): Hold<ClusterApi> {
    const login = new ClusterLogin(source);
    return this.#apis.hold(login.key, {
      make: () => new ClusterApi(login, new RequestLimit(this.options.limits)),
      // a file may name another cluster by now
      isStillGood: (api) => api.isOf(login.server),
    });
  }

  /**
   * The pods of a namespace with a label.
   *
   * @param look of the first one who asks: takes all pods there are, at each list, and for as long as there are some after the last one
   *   has let go; none where nothing is to be deleted
   * @throws {KubernetesError} `bad-config`
   */
  watch(
    source: LoginSource,
    namespace: string,
    selector: Selector,
    look: PodLook | undefined,
  ): Hold<PodWatch> {
    const api = this.api(source);
    const key = JSON.stringify([new ClusterLogin(source).key, namespace, selector]);
    this.#lateLooks.end(key);
    const make = (): SharedWatch => {
      const watch = new PodWatch({
        api: api.value,
        namespace,
        selector,
        log: this.options.log,
        onListed: (pods) => look?.(api.value, pods),
      });
      return {
        watch,
        closed: () => {
          this.#lookLate(key, { source, namespace, selector, look });
        },
      };
    };
    const watch = this.#watches.hold(key, { make });
    return {
      value: watch.value.watch,
      letGo: () => {
        watch.letGo();
        api.letGo();
      },
    };
  }

  #lookLate(key: string, { source, namespace, selector, look }: Watched): void {
    if (look === undefined) return;
    try {
      const api = this.api(source);
      this.#lateLooks.begin(key, { api, namespace, selector, look });
    } catch (error) {
      // such as a kubeconfig that is gone: the next unit's list tells
      this.options.log.debug(
        `pods of namespace ${namespace} can't be looked at: ${errorText(error)}`,
      );
    }
  }
}
