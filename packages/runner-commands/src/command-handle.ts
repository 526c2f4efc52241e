import { runIdent } from '@receptorjs/runner-core';
import type { CommonOptions } from './common-options.js';

/** A command that goes on. */
export interface CommandHandle<Result> {
  readonly ident: string;
  /** Settles when the command has ended, as the function without `Async` does. */
  readonly result: Promise<Result>;
  /** Ends the command with status `canceled`; `result` tells when that is done. */
  cancel(): void;
}

/**
 * Starts a command and returns at once. An error is in `result`, and nowhere else when nobody looks.
 *
 * @throws ConfigurationError for an ident that can't be used.
 */
export function start<Options extends CommonOptions, Result>(
  run: (options: Options) => Promise<Result>,
  options: Options,
): CommandHandle<Result> {
  const ident = runIdent(options.ident);
  const abort = new AbortController();
  const signals = options.signal === undefined ? [] : [options.signal];
  const result = run({ ...options, ident, signal: AbortSignal.any([abort.signal, ...signals]) });
  result.catch(() => undefined);
  return { ident, result, cancel: () => abort.abort() };
}
