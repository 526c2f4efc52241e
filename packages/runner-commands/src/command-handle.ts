import { type FinalStatus, type RunHandle } from '@receptorjs/runner-core';
import { runIdent, startRun } from '@receptorjs/runner-core/internal';
import { join, resolve } from 'node:path';
import type { CommonOptions } from './common-options.js';
import { commandFolder, type CommandPlace } from './finished-command.js';

/**
 * A command that goes on. Without a private data dir its events are there for readers that have begun before it ends; its
 * folder is removed when they have come to their end.
 */
export type CommandHandle<Result> = RunHandle<Result>;

/**
 * Starts a command and returns at once. An error is in `result`, and nowhere else.
 *
 * @throws {ConfigurationError} for an ident that can't be used.
 */
export function start<
  Options extends CommonOptions,
  Result extends { readonly status: FinalStatus },
>(
  run: (options: Options, place: CommandPlace) => Promise<Result>,
  options: Options,
): RunHandle<Result> {
  const ident = runIdent(options.ident);
  const folder = commandFolder(options.privateDataDir);
  return startRun({
    ident,
    artifactDir: resolve(options.artifactDir ?? join(folder.path, 'artifacts'), ident),
    signal: options.signal,
    leave: folder.leave,
    execute: (signal, feed, changed) => {
      const onStatus: CommonOptions['onStatus'] = (message) => {
        changed(message.status);
        return options.onStatus?.(message);
      };
      return run({ ...options, ident, signal, onStatus }, { path: folder.path, feed });
    },
  });
}
