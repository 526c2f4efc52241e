import type { Logger } from '@receptorjs/primitives';
import { ClusterApi, type Selector } from './cluster/cluster-api.js';
import { ClusterLogin, type LoginSource } from './cluster/login.js';
import { PodWatch } from './cluster/pod-watch.js';
import { RequestLimit, type RequestLimits } from './cluster/request-limit.js';
import type { Pod } from './cluster/objects.js';
import { SharedThings, type Hold } from './shared-things.js';

/** Milliseconds for which a login that nobody uses is kept: the next unit would log in again otherwise, by a program. And how many of them. */
const IDLE_MS = 60_000;
const MAX_IDLE = 16;

/** The connections, limits and watches of all units of a daemon: one for each login, one watch for each namespace of it. */
export class Clusters {
  readonly #apis = new SharedThings<ClusterApi>({
    close: (api) => {
      api.close();
    },
    idleMs: IDLE_MS,
    maxIdle: MAX_IDLE,
  });
  readonly #watches = new SharedThings<PodWatch>({
    close: (watch) => {
      void watch.close();
    },
  });

  constructor(
    private readonly options: {
      readonly limits: RequestLimits;
      readonly log: Logger;
    },
  ) {}

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
   * @param onListed of the first one who asks: all pods there are, at each list
   * @throws {KubernetesError} `bad-config`
   */
  watch(
    source: LoginSource,
    namespace: string,
    selector: Selector,
    onListed: (api: ClusterApi, pods: readonly Pod[]) => void,
  ): Hold<PodWatch> {
    const api = this.api(source);
    const key = JSON.stringify([new ClusterLogin(source).key, namespace, selector]);
    const make = (): PodWatch =>
      new PodWatch({
        api: api.value,
        namespace,
        selector,
        log: this.options.log,
        onListed: (pods) => {
          onListed(api.value, pods);
        },
      });
    const watch = this.#watches.hold(key, { make });
    return {
      value: watch.value,
      letGo: () => {
        watch.letGo();
        api.letGo();
      },
    };
  }
}
