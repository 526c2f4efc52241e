import type { PluginSettings } from './plugin-settings.js';

/** Bounds of a delivery. */
export interface DeliveryLimits {
  /** How long one attempt may take, in ms. */
  readonly timeoutMs: number;
  /** How long the end of a run waits for what is not delivered yet, in ms. */
  readonly drainMs: number;
  /** How much may wait on disk, in bytes; 0: nothing is written to disk. */
  readonly spoolBytes: number;
}

/**
 * Reads the settings that every plugin has: `<prefix>_timeout_seconds` (30), `<prefix>_drain_seconds` (5, at most 600) and
 * `<prefix>_spool_bytes` (256 MiB).
 */
export function deliveryLimits(settings: PluginSettings): DeliveryLimits {
  return {
    timeoutMs: 1000 * settings.number('timeout_seconds', 30, { min: 0.1, max: 3600 }),
    drainMs: 1000 * settings.number('drain_seconds', 5, { min: 0, max: 600 }),
    spoolBytes: settings.number('spool_bytes', 256 * 1024 * 1024, { min: 0, max: 2 ** 50 }),
  };
}
