import { onAbort } from '@receptorjs/primitives';
import { ConfigurationError, type Mapping } from '@receptorjs/runner-core';
import { PluginSinks, readMapping, runIdent } from '@receptorjs/runner-core/internal';
import { join, resolve } from 'node:path';
import { knownLimits, limitsOfSettings } from './archive/archive-limits.js';
import { processChecks, validateStreamOptions } from './argument-checks.js';
import { MessageReader } from './messages/message-reader.js';
import type { ProcessOptions, ProcessResult } from './process-options.js';
import { ReceivedResults } from './received-results.js';

/**
 * Takes what a worker wrote: writes the artifacts (each event to `job_events/`, or all to the event log), shows the output, reports statuses and
 * events. Never waits for more once the end mark came.
 *
 * A damaged line costs that line at most: reading goes on with the next one, and what is whole in it is taken. Events
 * that are missing then are taken, late, from the copies that a worker of this project sends along when
 * the transmitting side was of this project too; those that are nowhere are named in `damage`.
 *
 * @throws {ConfigurationError} for a limit, in the options or in `env/settings`, that is no number.
 * @throws what a handler or the file system threw; the file `status` says `error` then, if it can be written.
 */
export async function processResults(options: ProcessOptions): Promise<ProcessResult> {
  validateStreamOptions<ProcessOptions>('processResults', options, processChecks);
  const root = resolve(options.artifactDir ?? join(options.privateDataDir, 'artifacts'));
  const artifactDir = options.ident === undefined ? root : join(root, runIdent(options.ident));
  const { input, signal } = options;
  const settingsFile = join(resolve(options.privateDataDir), 'env', 'settings');
  const settings = { ...options.settings, ...(await readMapping(settingsFile)) };
  const limits = { ...limitsOfSettings(settings), ...options.limits };
  knownLimits(limits);
  const sinks = await PluginSinks.open(options.plugins ?? [], {
    ident: options.ident ?? '',
    settings,
    env: process.env,
    artifactDir,
    artifactRoot: root,
    warn: (sentence) => options.onWarning?.(sentence),
  });
  const results = await ReceivedResults.open(
    artifactDir,
    root,
    { ...options, limits, eventLog: loggedBy(settings, settingsFile) ?? options.eventLog },
    sinks,
  ).catch(async (error: unknown) => {
    await sinks.close();
    throw error;
  });
  const stopListening = onAbort(signal, () => input.destroy(new Error('canceled')));
  try {
    const result = await results.take(new MessageReader(input, options.from?.bytes));
    return { ...result, deliveries: await sinks.close() };
  } catch (error) {
    await results.giveUp();
    throw error;
  } finally {
    stopListening();
    results.close();
    await sinks.close();
  }
}

/** What settings say of the event log, if anything. */
function loggedBy({ event_log: value }: Mapping, source: string): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean')
    return value ?? undefined;
  throw new ConfigurationError(
    `${source}: event_log must be true or false; it is ${JSON.stringify(value)}.`,
  );
}
