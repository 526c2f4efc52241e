import type { EventSink, PluginContext } from '@receptorjs/runner-core';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  arrayOf,
  count,
  object,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import { deliveryLimits } from './delivery-settings.js';
import { Delivery, type Carrier } from './delivery.js';
import type { PluginSettings } from './plugin-settings.js';
import { Spool } from './spool.js';

/** What a plugin says about where and how its messages go. */
export interface DeliverOptions {
  /** Name of the plugin. */
  readonly plugin: string;
  /**
   * Where the messages go, as the summary shows it; without credentials. What could not be delivered waits for a
   * run with the same target.
   */
  readonly target: string;
  /**
   * What distinguishes this target from others that show alike, such as the query of a URL. Nothing of it but a hash is kept;
   * credentials don't belong here, since they change while the target stays.
   */
  readonly distinction?: string;
  readonly carrier: Carrier;
  /** For the bounds: `timeout_seconds` (30), `drain_seconds` (5) and `spool_bytes` (256 MiB) behind the prefix. */
  readonly settings: PluginSettings;
  /** Messages that may be on their way at once. Default 1. */
  readonly window?: number;
  /** Texts that are replaced in what is reported of errors. */
  readonly secrets?: readonly string[];
}

/**
 * Makes the sink of a plugin out of something that can carry one message. What can't be delivered while the run lasts waits in
 * `.undelivered/<plugin>-<hash of the target>/` beside the artifact folders; runs with the same target deliver it first.
 *
 * @throws {EventPluginError} with `code` `configuration` for bounds that can't be used.
 */
export function deliver(context: PluginContext, options: DeliverOptions): EventSink {
  validateArgument('deliver', 'context', context, object);
  validateOptions<DeliverOptions>('deliver', options, {
    plugin: text,
    target: text,
    distinction: optional(text),
    carrier: withMethods('a carrier', 'send', 'close'),
    settings: withMethods('PluginSettings', 'key', 'number'),
    window: optional(count),
    secrets: optional(arrayOf(text)),
  });
  const { settings, distinction = '', ...rest } = options;
  const limits = deliveryLimits(settings);
  const hash = createHash('sha256')
    .update(options.target + distinction)
    .digest('hex')
    .slice(0, 16);
  const folder = join(context.artifactRoot, '.undelivered', `${options.plugin}-${hash}`);
  const spool = new Spool({ folder, limitBytes: limits.spoolBytes });
  return new Delivery({ ...rest, limits, spool });
}
