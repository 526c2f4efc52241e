/**
 * Checks of arguments at the door of public functions, for callers without a type checker. A mistake becomes one sentence:
 * where, which option, what it takes, what it got, and the nearest name for one that does not exist. Values are never
 * shown: they may be secrets. Private: bundled into the packages that use it.
 *
 * ```ts
 * import { count, optional, text, validateOptions } from '@receptorjs/validation';
 *
 * interface PingOptions {
 *   readonly target: string;
 *   readonly times?: number;
 * }
 *
 * export function ping(options: PingOptions): void {
 *   validateOptions<PingOptions>('ping', options, { target: text, times: optional(count) });
 * }
 * ```
 *
 * @packageDocumentation
 */
export {
  abortSignal,
  anything,
  arrayOf,
  bigint,
  bytes,
  callback,
  count,
  either,
  flag,
  instanceOf,
  logger,
  mapping,
  mappingOf,
  number,
  object,
  oneOf,
  optional,
  text,
  textOrNumber,
  withMethods,
} from './checks.js';
export type { Check, OptionChecks } from './checks.js';
export { nearestName } from './nearest-name.js';
export { InvalidArgumentError, validateArgument, validateOptions } from './validate.js';
