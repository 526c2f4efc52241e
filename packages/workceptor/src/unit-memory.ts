import type { JsonValue, UnitStatus } from '@receptorjs/control-protocol';
import { SharedQuota, type Origin } from '@receptorjs/quotas';
import { WorkError } from './errors.js';

/** 64 MiB: the most bytes that all units hold in memory unless configured. */
export const DEFAULT_MAX_HELD_BYTES = 64 * 2 ** 20;

/** What a parameter takes besides its text. */
const PARAM_BYTES = 32;

/** Units that an earlier daemon has left: whose they are is not stored. */
const found: Origin = { key: 'found on disk', local: false };

/**
 * How much the statuses of all units hold in memory: parameters and names stay there until a unit is released, or until a
 * command has ended. An address or a node has half of the total, and a quarter is for Unix sockets alone. It alone writes its fields.
 */
export class UnitMemory {
  readonly #quota: SharedQuota;
  readonly #held = new Map<string, { readonly origin: Origin; bytes: number }>();

  constructor(private readonly maxBytes: number = DEFAULT_MAX_HELD_BYTES) {
    this.#quota = new SharedQuota({
      total: maxBytes,
      perOrigin: maxBytes / 2,
      reserved: maxBytes / 4,
    });
  }

  /** Bytes of all units. */
  get used(): number {
    return this.#quota.used;
  }

  /**
   * Checks that a new unit has room. Nothing is counted before {@link hold}.
   *
   * @throws {WorkError} `too-many-params`
   */
  check(origin: Origin, status: UnitStatus): void {
    const bytes = statusBytes(status);
    const answer = this.#quota.take(origin, bytes);
    if (answer === 'taken') {
      this.#quota.give(origin, bytes);
      return;
    }
    const { total, perOrigin, perLink, reserved } = this.#quota.bounds;
    const [whose, allowed, held] = {
      full: ['all work units', total - (origin.local ? 0 : reserved), this.used] as const,
      'origin-full': [
        'the work units of one address or node',
        perOrigin,
        this.#quota.heldBy(origin),
      ] as const,
      'link-full': [
        'the work units of nodes over one link',
        perLink,
        this.#quota.heldOverLinkOf(origin),
      ] as const,
    }[answer];
    throw new WorkError(
      'too-many-params',
      `the parameters of this work unit have ${bytes} bytes, and those of ${whose} ${held} already; allowed are ${allowed} together: release some units first, or send larger data as stdin`,
    );
  }

  /** Counts a unit, whatever the bounds say: a new one, one found on disk (without an origin), or one whose status has changed. */
  hold(id: string, status: UnitStatus, origin: Origin = found): void {
    const unit = this.#held.get(id) ?? { origin, bytes: 0 };
    const bytes = statusBytes(status);
    this.#quota.hold(unit.origin, bytes - unit.bytes);
    unit.bytes = bytes;
    this.#held.set(id, unit);
  }

  /** The unit is gone. */
  release(id: string): void {
    const unit = this.#held.get(id);
    if (!unit) return;
    this.#quota.give(unit.origin, unit.bytes);
    this.#held.delete(id);
  }
}

/** Details do not count: they come later, from other nodes, and must not be what leaves no room for a new unit. Each has a bound of its own. */
function statusBytes({ workType, extraData }: UnitStatus): number {
  return Buffer.byteLength(workType) + jsonBytes(extraData, 0);
}

/** Bytes of all texts; `each` more for each value inside. The values of a unit itself are few, those of its parameters may be many. */
function jsonBytes(value: JsonValue, each: number): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = 0;
  for (const [name, inner] of Object.entries(value as Readonly<Record<string, JsonValue>>)) {
    const isOwn = each === 0;
    bytes += (isOwn ? 0 : Buffer.byteLength(name) + each) + jsonBytes(inner, PARAM_BYTES);
  }
  return bytes;
}
