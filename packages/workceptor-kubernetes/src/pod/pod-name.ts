import { createHash, randomInt } from 'node:crypto';

/** The letters of the API server's own generated names: no vowels, so that no word comes about. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LETTERS = 5;
/** The longest name of a pod that is the name of its host as well. */
const MAX_NAME = 63;

/** Label of the node that a pod was made by, of the data directory that its unit is in, and of its unit. */
const NODE_LABEL = 'receptor.node-id';
const DATA_LABEL = 'receptor.data-id';
export const UNIT_LABEL = 'receptor.unit-id';

/** What the labels of a unit's pod say. */
export interface PodOwner {
  readonly nodeId: string;
  /** Two nodes of one ID, of two meshes, may use one namespace: they have two data directories. */
  readonly dataId: string;
}

/** The labels of all pods of an owner. */
export const ownerLabels = ({ nodeId, dataId }: PodOwner): Readonly<Record<string, string>> => ({
  [NODE_LABEL]: labelValue(nodeId),
  [DATA_LABEL]: labelValue(dataId),
});

/**
 * A name as the API server would generate it. It is made here so that it can be stored before the pod is asked for: however the answer is
 * lost, the pod is found again.
 *
 * @param prefix such as `job-`
 */
export function generatedName(prefix: string): string {
  let suffix = '';
  for (let n = 0; n < SUFFIX_LETTERS; n++) suffix += LETTERS[randomInt(LETTERS.length)] ?? '';
  return prefix.slice(0, MAX_NAME - SUFFIX_LETTERS) + suffix;
}

/** What the names of a work type's pods begin with: its own name, as far as it may stand there. */
export function namePrefixOf(workType: string): string {
  const name = workType.toLowerCase().replaceAll(/[^a-z0-9.-]+|[.-]{2,}/g, '-');
  return `${name.replaceAll(/^[.-]+|[.-]+$/g, '') || 'receptor'}-`;
}

/**
 * A text as the value of a label: itself where it may stand there, otherwise the beginning of its digest. No two texts have the same value:
 * one that looks like a digest is digested as well.
 */
export function labelValue(text: string): string {
  return /^(?!sha256-)[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(text)
    ? text
    : `sha256-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}
