import { ConfigurationError } from '@receptorjs/runner-core';
import { StreamError } from '../errors.js';

/** What an archive may take on this machine; refused before anything is unpacked where it would take more. */
export interface ArchiveLimits {
  /** Largest archive, in bytes. Default 64 GiB. */
  readonly maxArchiveBytes?: number;
  /** Most bytes all files together may have. Default 64 GiB. */
  readonly maxBytes?: number;
  /** Most members, and folders on the way to them. Default 2,000,000. */
  readonly maxMembers?: number;
  /**
   * How many times its bytes in the archive a file may have, and all files together, where they have more than 256 MiB.
   * Default 200: text comes to 10 or 20, and what is made to fill disks to 1,000.
   */
  readonly maxRatio?: number;
  /**
   * Bytes of the file systems written to that stay free. Default: a twentieth of each, and at most 1 GiB.
   */
  readonly diskReserve?: number;
}

/** Limits that are all known; the reserve may be that of each file system. */
export type KnownLimits = Required<Omit<ArchiveLimits, 'diskReserve'>> & {
  readonly diskReserve: number | undefined;
};

const DEFAULT_LIMITS: KnownLimits = {
  maxArchiveBytes: 64 * 1024 ** 3,
  maxBytes: 64 * 1024 ** 3,
  maxMembers: 2_000_000,
  maxRatio: 200,
  diskReserve: undefined,
};
/** Up to here files may shrink to anything: a log of one repeated line is no attack. In bytes. */
export const ANY_RATIO_BYTES = 256 * 1024 * 1024;

/**
 * The limits, with defaults for those that are not given.
 *
 * @throws {ConfigurationError} for one that is no number from 0 on.
 */
export function knownLimits(given: ArchiveLimits = {}): KnownLimits {
  const limits = { ...DEFAULT_LIMITS, diskReserve: given.diskReserve };
  for (const name of Object.values(SETTINGS)) {
    const value: unknown = given[name];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= 0))
      throw new ConfigurationError(
        `The limit ${name} of archives must be a number from 0 on; it is ${JSON.stringify(value)}.`,
      );
    limits[name] = value;
  }
  return limits;
}

/** Keys of `env/settings` for the limits. */
const SETTINGS: Readonly<Record<string, keyof ArchiveLimits>> = {
  archive_max_bytes: 'maxArchiveBytes',
  archive_max_unpacked_bytes: 'maxBytes',
  archive_max_members: 'maxMembers',
  archive_max_ratio: 'maxRatio',
  archive_disk_reserve: 'diskReserve',
};

/**
 * The limits that settings name.
 *
 * @throws {ConfigurationError} for a value that is no whole number from 0 on.
 */
export function limitsOfSettings(settings: Readonly<Record<string, unknown>>): ArchiveLimits {
  const limits: { -readonly [K in keyof ArchiveLimits]: ArchiveLimits[K] } = {};
  for (const [key, name] of Object.entries(SETTINGS)) {
    const value = settings[key] ?? undefined;
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw new ConfigurationError(
        `The setting ${key} must be a whole number from 0 on; it is ${JSON.stringify(value)}.`,
      );
    limits[name] = value;
  }
  return limits;
}

/** Adds up what is unpacked and compares it with what is allowed. Owns the sums. */
export class UnpackedSum {
  readonly #limits: KnownLimits;
  #size = 0;
  #packed = 0;
  #entries = 0;

  constructor(limits: KnownLimits) {
    this.#limits = limits;
  }

  /** Bytes of all files. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a file or folder.
   *
   * @param packed its bytes where it comes from; one that was there already has as many as it has here
   * @throws {StreamError} 'unsafe-archive'
   */
  add(name: string, size: number, packed = size): void {
    const { maxBytes, maxMembers, maxRatio } = this.#limits;
    this.#size += size;
    this.#packed += packed;
    this.#entries += 1;
    const at = JSON.stringify(name.slice(0, 200));
    if (this.#entries > maxMembers)
      throw unsafe(`has more members and folders than allowed (${maxMembers}), at ${at}`);
    if (this.#size > maxBytes)
      throw unsafe(
        `is larger than allowed, at ${at}: its files have ${this.#size} bytes up to there, and ${maxBytes} are allowed`,
      );
    if (size > ANY_RATIO_BYTES && size > packed * maxRatio)
      throw unsafe(
        `holds ${at}, whose ${packed} bytes would become ${size}: ${maxRatio} times as many are allowed beyond ${ANY_RATIO_BYTES}`,
      );
    if (this.#size > ANY_RATIO_BYTES && this.#size > this.#packed * maxRatio)
      throw unsafe(
        `would become too large, at ${at}: ${this.#packed} bytes become ${this.#size} up to there, and ${maxRatio} times as many are allowed beyond ${ANY_RATIO_BYTES}`,
      );
  }
}

function unsafe(what: string): StreamError {
  return new StreamError('unsafe-archive', `The archive ${what}.`);
}
