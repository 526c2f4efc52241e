import { errorText, type Logger } from '@receptorjs/primitives';
import { foreignText } from '@receptorjs/workceptor/internal';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { isNotFound } from '../errors.js';
import type { Pod } from '../cluster/objects.js';
import type { Found, PodLook } from './late-looks.js';
import { UNIT_LABEL } from './pod-name.js';

/** Milliseconds: younger pods are left alone. */
const YOUNG_MS = 60_000;
/** Pods that are deleted at once. */
const AT_ONCE = 4;

/**
 * Deletes the pods of one owner whose units are gone: a unit's folder is there before its pod is asked for, and as long as the pod is of
 * use. It alone writes its fields.
 */
export class Orphans {
  /** The uids of those that are being deleted, or are yet to be. */
  readonly #known = new Set<string>();
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(private readonly log: Logger) {}

  /**
   * What looks through pods of a list for one owner, and holds on to no unit.
   *
   * @param labels that a pod of the owner has, all of them
   * @param folder that has the folders of all units of the owner
   */
  lookFor(labels: Readonly<Record<string, string>>, folder: string): PodLook {
    return (api, pods) => this.look(api, pods, labels, folder);
  }

  /** Looks through pods of a list, and deletes those that it finds in the background; for the rest as {@link Orphans.lookFor}. */
  look(
    api: Pick<ClusterApi, 'deletePod'>,
    pods: readonly Pod[],
    labels: Readonly<Record<string, string>>,
    folder: string,
  ): Found {
    const found = { pods: 0, orphans: 0 };
    // where all is away, a disk may be, and nothing is known of any unit
    const isKnown = existsSync(folder);
    for (const { metadata = {} } of pods) {
      const { name = '', namespace = '', uid = '', creationTimestamp = '' } = metadata;
      const unitId = metadata.labels?.[UNIT_LABEL] ?? '';
      const isOurs = Object.entries(labels).every(([key, is]) => metadata.labels?.[key] === is);
      const isYoung = !(Date.now() - Date.parse(creationTimestamp) > YOUNG_MS);
      if (!isOurs || !/^[A-Za-z0-9]{8}$/.test(unitId)) continue;
      found.pods += 1;
      if (!isKnown || metadata.deletionTimestamp !== undefined) continue;
      if (existsSync(join(folder, unitId))) continue;
      found.orphans += 1;
      if (isYoung || this.#known.has(uid)) continue;
      this.log.info(`pod ${namespace}/${name} is deleted: its unit ${unitId} is gone`);
      this.#known.add(uid);
      this.#waiting.push(async () => {
        await this.#delete(api, namespace, name, uid);
        this.#known.delete(uid);
      });
    }
    this.#go();
    return found;
  }

  #go(): void {
    while (this.#running < AT_ONCE) {
      const remove = this.#waiting.shift();
      if (remove === undefined) return;
      this.#running += 1;
      void remove().finally(() => {
        this.#running -= 1;
        this.#go();
      });
    }
  }

  async #delete(
    api: Pick<ClusterApi, 'deletePod'>,
    namespace: string,
    name: string,
    uid: string,
  ): Promise<void> {
    try {
      await api.deletePod(namespace, name, { uid });
    } catch (error) {
      if (isNotFound(error)) return;
      const why = foreignText(errorText(error));
      this.log.warning(`pod ${namespace}/${name}, whose unit is gone, can't be deleted: ${why}`);
    }
  }
}
