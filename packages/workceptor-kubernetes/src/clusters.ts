import type { Logger } from '@receptorjs/primitives';
import { ClusterApi, type Selector } from './cluster/cluster-api.js';
import { ClusterLogin, type LoginSource } from './cluster/login.js';
import { PodWatch } from './cluster/pod-watch.js';
import { RequestLimit, type RequestLimits } from './cluster/request-limit.js';
import type { Pod } from './cluster/objects.js';

/** A thing that is shared, and closed by the last one who lets go of it. */
interface Shared<T> {
  readonly value: T;
  users: number;
}

/** A hold on something shared; let go of once. */
export interface Hold<T> {
  readonly value: T;
  readonly letGo: () => void;
}

/** The connections, limits and watches of all units of a daemon: one for each login, one watch for each namespace of it. */
export class Clusters {
  readonly #apis = new Map<string, Shared<ClusterApi>>();
  readonly #watches = new Map<string, Shared<PodWatch>>();

  constructor(
    private readonly options: {
      readonly limits: RequestLimits;
      readonly log: Logger;
    },
  ) {}

  /** @throws {KubernetesError} `bad-config` */
  api(source: LoginSource): Hold<ClusterApi> {
    const login = new ClusterLogin(source);
    const make = (): ClusterApi => new ClusterApi(login, new RequestLimit(this.options.limits));
    return hold(this.#apis, login.key, make, (api) => {
      api.close();
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
    const watch = hold(this.#watches, key, make, (closed) => {
      void closed.close();
    });
    return {
      value: watch.value,
      letGo: () => {
        watch.letGo();
        api.letGo();
      },
    };
  }
}

function hold<T>(
  all: Map<string, Shared<T>>,
  key: string,
  make: () => T,
  close: (value: T) => void,
): Hold<T> {
  const shared = all.get(key) ?? { value: make(), users: 0 };
  all.set(key, shared);
  shared.users += 1;
  let isHeld = true;
  return {
    value: shared.value,
    letGo: () => {
      if (!isHeld) return;
      isHeld = false;
      shared.users -= 1;
      if (shared.users > 0) return;
      all.delete(key);
      close(shared.value);
    },
  };
}
