import type { Origin } from '@receptorjs/quotas';
import { closeSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../errors.js';
import { openUnitFileSync, readUnitFile } from '../store/unit-file.js';

/** Name of the file, in the folder of a unit that has all its stdin and waits for its turn. */
const fileName = 'queued';

/** The most characters of the key and the link of an origin: those of an ID of a node, and a word. */
const MAX_CHARACTERS = 1_024;

/** Half of the safe integers: milliseconds since 1970 for a hundred thousand years. */
const MAX_ORDER = 2 ** 52;

/** Whose turn a unit waits for, and since when. */
export interface QueueMark {
  /** Smaller ones came first. */
  readonly order: number;
  /** Nothing where it can't be read, as after a power cut. */
  readonly origin: Origin | undefined;
}

/**
 * Writes down that a unit waits, so that it does after a restart.
 *
 * @throws {WorkError} `unsafe-file` when something else than a file is there; what the system says
 */
export function writeQueueMark(
  unitDir: string,
  { order, origin }: QueueMark & { origin: Origin },
): void {
  const text = `${JSON.stringify({ order, ...origin })}\n`;
  const file = openUnitFileSync(join(unitDir, fileName), 'replace');
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

/** The mark of a unit that waited when the daemon ended. */
export function readQueueMark(unitDir: string): QueueMark | undefined {
  const path = join(unitDir, fileName);
  if (!existsSync(path)) return undefined;
  try {
    const { order, key, local, link } = JSON.parse(readUnitFile(path)) as Record<string, unknown>;
    const isOrigin = isShort(key) && typeof local === 'boolean';
    return {
      order: isOrder(order) ? order : 0,
      origin: isOrigin ? { key, local, ...(isShort(link) ? { link } : {}) } : undefined,
    };
  } catch (error) {
    // what is there and can't be read says that the unit waits all the same
    return isMissing(error) ? undefined : { order: 0, origin: undefined };
  }
}

/** The unit does not wait any more. */
export function removeQueueMark(unitDir: string): void {
  rmSync(join(unitDir, fileName), { force: true });
}

/** Whether there are greater ones left for units that come later. */
const isOrder = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_ORDER;

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_CHARACTERS;
