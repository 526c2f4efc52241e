import { errorText, type Logger } from '@receptorjs/primitives';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClusterApi } from './cluster/cluster-api.js';
import { isNotFound } from './errors.js';
import type { Pod } from './objects.js';
import { UNIT_LABEL } from './pod/pod-name.js';

/** Milliseconds: younger pods are left alone. */
const YOUNG_MS = 60_000;

/**
 * Deletes the pods of this node whose units are gone: a unit's folder is there before its pod is asked for, and as long as the pod is of use.
 *
 * @param folder of any unit of this node
 */
export function removeOrphans(
  api: ClusterApi,
  pods: readonly Pod[],
  folder: string,
  log: Logger,
): void {
  for (const { metadata } of pods) {
    const { name = '', namespace = '', uid, creationTimestamp = '', labels = {} } = metadata ?? {};
    const unitId = labels[UNIT_LABEL] ?? '';
    const isYoung = !(Date.now() - Date.parse(creationTimestamp) > YOUNG_MS);
    if (isYoung || !/^[A-Za-z0-9]{8}$/.test(unitId) || metadata?.deletionTimestamp) continue;
    if (existsSync(join(dirname(folder), unitId))) continue;
    log.info(`pod ${namespace}/${name} is deleted: its unit ${unitId} is gone`);
    api.deletePod(namespace, name, { uid }).catch((error: unknown) => {
      if (isNotFound(error)) return;
      log.warning(
        `pod ${namespace}/${name}, whose unit is gone, can't be deleted: ${errorText(error)}`,
      );
    });
  }
}
