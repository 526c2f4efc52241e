import { backoffDelay, errorText, type Logger } from '@receptorjs/primitives';
import { foreignText } from '@receptorjs/workceptor/internal';
import type { ClusterApi, Selector } from '../cluster/cluster-api.js';
import type { Pod } from '../cluster/objects.js';
import type { Hold } from '../shared-things.js';

/** Milliseconds until the first look: all pods that the units have made are of age by then. And until the next one, where some are to go. */
const FIRST_MS = 61_000;
/** Milliseconds between looks as long as there are pods: a unit may let go of its own by force. */
const NEXT_MS = 300_000;
/** Milliseconds between looks that fail, and how many of them may: an hour or so. */
const AGAIN = { first: 1_000, longest: NEXT_MS };
const MOST_FAILURES = 20;
/** Namespaces of logins that are looked at. */
const MOST = 256;

/** What a look has found of one owner. */
export interface Found {
  readonly pods: number;
  /** How many of them have no unit, and are not known to go. */
  readonly orphans: number;
}

/** Takes in pods of a list, and deletes what belongs to nobody. */
export type PodLook = (api: ClusterApi, pods: readonly Pod[]) => Found;

/** What is looked at. */
export interface QuietNamespace {
  /** Is let go of at the end. */
  readonly api: Hold<ClusterApi>;
  readonly namespace: string;
  readonly selector: Selector;
  readonly look: PodLook;
}

interface Late {
  readonly quiet: QuietNamespace;
  readonly ended: AbortController;
  failures: number;
  timer?: NodeJS.Timeout;
}

/**
 * Looks at namespaces that no unit watches any more, as long as there are pods of this node: their units may have been let go of while the
 * cluster was away, or they were too young. Holds up no exit. It alone writes its fields.
 */
export class LateLooks {
  /** The oldest one first. */
  readonly #all = new Map<string, Late>();

  constructor(private readonly log: Logger) {}

  /** From when the last unit has let go on. */
  begin(key: string, quiet: QuietNamespace): void {
    this.end(key);
    const late: Late = { quiet, ended: new AbortController(), failures: 0 };
    this.#all.set(key, late);
    for (const oldest of [...this.#all.keys()].slice(0, -MOST)) this.end(oldest);
    this.#later(key, late, FIRST_MS);
  }

  /** Somebody watches it again. */
  end(key: string): void {
    const late = this.#all.get(key);
    if (!late) return;
    this.#all.delete(key);
    clearTimeout(late.timer);
    late.ended.abort();
    late.quiet.api.letGo();
  }

  #later(key: string, late: Late, ms: number): void {
    late.timer = setTimeout(() => {
      void this.#look(key, late);
    }, ms).unref();
  }

  async #look(key: string, late: Late): Promise<void> {
    const { quiet, ended } = late;
    const { namespace, selector, look } = quiet;
    const api = quiet.api.value;
    let [pods, orphans] = [0, 0];
    try {
      await api.listPods(
        namespace,
        selector,
        (page) => {
          const found = look(api, page);
          pods += found.pods;
          orphans += found.orphans;
        },
        ended.signal,
      );
    } catch (error) {
      if (!ended.signal.aborted) this.#failed(key, late, error);
      return;
    }
    if (ended.signal.aborted) return;
    late.failures = 0;
    if (pods === 0) this.end(key);
    else this.#later(key, late, orphans > 0 ? FIRST_MS : NEXT_MS);
  }

  #failed(key: string, late: Late, error: unknown): void {
    late.failures += 1;
    if (late.failures < MOST_FAILURES) {
      this.#later(key, late, backoffDelay(AGAIN, late.failures, Math.random()));
      return;
    }
    const why = foreignText(errorText(error));
    this.log.warning(
      `pods of namespace ${late.quiet.namespace} are not looked at until a unit needs one there, for they can't be listed: ${why}`,
    );
    this.end(key);
  }
}
